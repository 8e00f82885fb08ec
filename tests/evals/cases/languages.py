"""German, French, Spanish and Portuguese: the right numbers and the right acts."""

from tests.evals.case import case, day, next_weekday, one, step
from tests.evals.checks import analysis, knows, matches, proposal, slots

G = "languages"

CASES = [
    one(G, "Wir wollen eine Telemedizin-App für Diabetiker bauen. Budget 80.000 Euro, ungefähr 4 Monate.", analysis(budget=(80_000, "EUR"), weeks=(16, 19)), knows(industries="health")),
    one(G, "Ich plane einen Online-Marktplatz für gebrauchte Fahrräder mit Bezahlung und Versand. 60 Tausend Euro, halbes Jahr.", analysis(budget=(60_000, "EUR"), weeks=(24, 28))),
    one(G, "Eine Handwerker-App mit Rechnungen, offline nutzbar, bis zu 45k €", analysis(budget=(45_000, "EUR"))),
    one(G, "Nous voulons développer une application de covoiturage pour étudiants. 50 000 euros, 5 mois.", analysis(budget=(50_000, "EUR"), weeks=(20, 23))),
    one(G, "Je veux créer une plateforme de cours en ligne pour infirmières, budget 120 000 €, six mois", analysis(budget=(120_000, "EUR"), weeks=(24, 28))),
    one(G, "Queremos construir una tienda online de artesanía con pagos y envíos. Tenemos 50 mil euros y 4 meses.", analysis(budget=(50_000, "EUR"), weeks=(16, 19))),
    one(G, "Necesito una app de telemedicina para pacientes con diabetes, presupuesto de 90.000 dólares, 6 meses", analysis(budget=(90_000, "USD"), weeks=(24, 28)), knows(industries="health")),
    one(G, "Quero criar um aplicativo de entrega de comida, temos R$ 400 mil e 8 meses", analysis(budget=(400_000, "BRL"), weeks=(33, 37)), timezone="America/Sao_Paulo"),
    one(G, "Precisamos de uma plataforma de gestão escolar, orçamento de 70 mil euros, prazo de 5 meses", analysis(budget=(70_000, "EUR"), weeks=(20, 23)), timezone="Europe/Lisbon"),
    case(G, "German line", step("Eine App für Pflegedienste, Tourenplanung und Dokumentation, 100.000 Euro", analysis(budget=(100_000, "EUR"))), step("Wer könnte das leiten? Unter 130 Euro pro Stunde.", matches(max_rate=(130, "EUR"))), step("Buche den ersten für morgen um 10 Uhr", proposal(pick=1, at=day(1, 10)))),
    case(G, "French line", step("Une application de télémédecine pour diabétiques, 80 000 euros, 4 mois", analysis(budget=(80_000, "EUR"))), step("Qui pourrait diriger ce projet ? Moins de 120 euros de l'heure", matches(max_rate=(120, "EUR"))), step("Réserve le deuxième demain à 14h", proposal(pick=2, at=day(1, 14))), timezone="Europe/Paris"),
    case(G, "Spanish line", step("Una plataforma para alquilar bicicletas, 40.000 euros, 3 meses", analysis(budget=(40_000, "EUR"))), step("¿Quién podría liderarlo? Menos de 100 euros por hora", matches(max_rate=(100, "EUR"))), step("Reserva el primero pasado mañana a las 11", proposal(pick=1, at=day(2, 11))), timezone="Europe/Madrid"),
    case(G, "Portuguese line", step("Um aplicativo para passeadores de cães, 30 mil euros, 4 meses", analysis(budget=(30_000, "EUR"))), step("Quem poderia liderar? Até 90 euros por hora", matches(max_rate=(90, "EUR"))), step("Reserve o primeiro amanhã às 15h", proposal(pick=1, at=day(1, 15))), timezone="Europe/Lisbon"),
    case(G, "German refinements", step("Plattform für Solaranlagen-Planung, 150.000 Euro"), step("Zeig mir passende CTOs", matches()), step("günstiger", matches(cheaper=True)), step("nur in meiner Zeitzone", matches(overlap=True))),
    case(G, "German slots", step("App für Musikunterricht, 25k Euro, 3 Monate"), step("Suche einen CTO", matches()), step("Wann hat der zweite Zeit?", slots(pick=2))),
    case(G, "Spanish correction", step("Una app de reservas para peluquerías, 30 mil euros"), step("No, quería decir 40 mil euros", analysis(budget=(40_000, "EUR")))),
    case(G, "German weekday", step("Eine Reise-App mit Buchung und Bewertungen, 70.000 Euro"), step("Wer kann das?", matches()), step("Termin mit dem ersten nächsten Donnerstag um halb drei", proposal(pick=1))),
    case(G, "French questions", step("Un site de vente de vin en ligne, 60 000 euros"), step("Quels sont les risques ?")),
    case(G, "mixed languages", step("Ich möchte a marketplace for handmade furniture bauen, budget 55k EUR", analysis(budget=(55_000, "EUR"))), step("who could lead this?", matches()), step("Book the first next Wednesday at 10am", proposal(pick=1, at=next_weekday(2, 10)))),
]  # fmt: skip

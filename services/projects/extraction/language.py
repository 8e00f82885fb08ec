"""Which of the five languages a message is written in, by its function words."""

from services.taxonomy.phrases import ReadText
from services.taxonomy.text import word_set

_WORDS = {
    "en": word_set(
        "the a an and or of to in is are we i you it that for with our my have has need want like would at by on this "
        "they their be can about as not from will should me your what how more just no per who could"
    ),
    "de": word_set(
        "der die das und oder von zu ist sind wir ich sie es dass fur mit unser unsere unseren mein meine haben hat "
        "brauchen brauche wollen mochte mochten ein eine einen einer eines im am auf nicht auch wie wird werden soll "
        "sollen bis kein keine bei aus uber nach pro monat monate wochen mussen um als nur noch den dem nein danke bitte plattform anwendung monaten kunden"
    ),
    "fr": word_set(
        "le la les et ou de du des est sont nous je vous il elle que pour avec notre nos mon ma mes avons avez besoin "
        "voulons veux voudrais un une dans sur pas aussi comme sera doit par mais qui ce cette ces au aux plus sans "
        "j'ai mois semaines en d'une d'un leur leurs application souhaite souhaitons bonjour merci euros clients plateforme utilisateurs"
    ),
    "es": word_set(
        "el la los las y o de del es son nosotros yo usted que para con nuestro nuestra mi tenemos tengo necesitamos "
        "necesito queremos quiero un una unos en por no tambien como sera debe pero este esta al mas sin meses semanas "
        "ciudades siete ocho nueve diez aplicacion se lo su sus hasta desde muy hay ser presupuesto perdon son hola gracias dolares pesos clientes usuarios plataforma mejor"
    ),
    "pt": word_set(
        "o a os as e ou de do da dos das sao nos eu voce que para com nosso nossa meu minha temos tenho precisamos "
        "preciso queremos quero um uma em no na por nao tambem como sera deve mas este esta ao mais sem meses semanas "
        "cidades com sete oito nove dez dolares umas uns aplicativo se ate desde muito ha ser pelo pela gostaria orcamento desculpe verdade sao ola obrigado reais clientes usuarios plataforma melhor"
    ),
}
_MARKS = {
    "ß": "de",
    "ä": "de",
    "ö": "de",
    "ü": "de",
    "ñ": "es",
    "¿": "es",
    "¡": "es",
    "ã": "pt",
    "õ": "pt",
    "œ": "fr",
}
_SAMPLE = 400


def words_of(language: str) -> frozenset[str]:
    """The function words that tell a language."""
    return _WORDS[language]


def detect(read: ReadText, *, default: str = "en") -> str:
    """The ISO 639-1 code of a message: en, de, fr, es or pt; `default` where there is too little to tell."""
    scores = dict.fromkeys(_WORDS, 0.0)
    for token in read.tokens[:_SAMPLE]:
        for language, words in _WORDS.items():
            if token.text in words:
                scores[language] += 1
    for char in read.original[:2000].lower():
        if char in _MARKS:
            scores[_MARKS[char]] += 1.5
    best = max(scores, key=lambda language: scores[language])
    rest = max(score for language, score in scores.items() if language != best)
    if scores[best] < 2 or scores[best] - rest < 1:
        return default if scores[default] >= scores[best] - 1 else best
    return best

"""Which technologies serve which need: the rule base of the six recommendations. Slugs are the taxonomy's."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """A technology and why one takes it for the need; the sentence follows the founder's words."""

    slug: str
    why: str


@dataclass(frozen=True)
class Need:
    """A feature's need: any of `features` calls for one of `options`, the first that is not ruled out."""

    role: str
    features: tuple[str, ...]
    options: tuple[Option, ...]


# What the founder has or wants decides these places, if it is one of the slugs.
ACCEPTED: dict[str, tuple[str, ...]] = {
    "Web front end": (
        "next-js", "react", "nuxt", "vue-js", "sveltekit", "svelte", "angular", "remix", "solidjs", "astro", "htmx",
        "blazor", "ember-js", "gatsby", "qwik", "wordpress", "webflow", "bubble",
    ),
    "Mobile app": (
        "react-native", "flutter", "swift", "swiftui", "kotlin", "jetpack-compose", "expo", "ionic", "capacitor",
        "kotlin-multiplatform", "net-maui", "xamarin", "ios-development", "android-development", "flutterflow",
    ),
    "Desktop app": ("electron", "tauri", "qt", "wpf", "javafx", "gtk"),
    "Backend": (
        "django", "fastapi", "flask", "nestjs", "express-js", "fastify", "node-js", "ruby-on-rails", "laravel",
        "symfony", "spring-boot", "spring", "quarkus", "asp-net", "dotnet", "phoenix", "gin", "axum", "supabase",
        "firebase", "go", "rust", "elixir",
    ),
    "Database": (
        "postgresql", "mysql", "mariadb", "sql-server", "oracle-database", "mongodb", "dynamodb", "cockroachdb",
        "sqlite", "supabase", "planetscale", "neon", "couchdb",
    ),
    "Hosting": (
        "aws", "google-cloud", "azure", "digitalocean", "hetzner", "heroku", "vercel", "netlify", "render", "fly-io",
        "railway", "cloudflare", "ovhcloud", "ibm-cloud", "oracle-cloud", "kubernetes", "openshift", "alibaba-cloud",
    ),
}  # fmt: skip

# A language that the founder has or wants, and the backends written in it.
BACKENDS: dict[str, tuple[str, ...]] = {
    "python": ("django", "fastapi", "flask"), "typescript": ("nestjs", "fastify", "node-js"),
    "javascript": ("express-js", "nestjs", "node-js"), "node-js": ("nestjs", "express-js"),
    "php": ("laravel", "symfony"), "ruby": ("ruby-on-rails",), "java": ("spring-boot", "quarkus"),
    "kotlin": ("spring-boot", "ktor"), "csharp": ("asp-net", "dotnet"), "elixir": ("phoenix",), "go": ("gin",),
    "rust": ("axum",), "scala": ("play-framework",),
}  # fmt: skip

# What goes with a technology that is ruled out.
FAMILIES: dict[str, tuple[str, ...]] = {
    "react": ("next-js", "remix", "gatsby", "react-native", "expo", "preact"),
    "vue-js": ("nuxt",), "svelte": ("sveltekit",), "node-js": ("nestjs", "express-js", "fastify", "socket-io"),
    "javascript": (
        "node-js", "nestjs", "express-js", "fastify", "next-js", "react", "vue-js", "nuxt", "svelte", "sveltekit",
        "react-native", "expo", "electron", "typescript", "angular", "remix", "socket-io", "astro", "solidjs",
    ),
    "typescript": ("nestjs", "angular"),
    "python": ("django", "fastapi", "flask", "celery", "pytorch", "scikit-learn", "apache-airflow", "langchain"),
    "php": ("laravel", "symfony", "wordpress", "drupal", "magento", "woocommerce"),
    "ruby": ("ruby-on-rails", "sidekiq"), "java": ("spring-boot", "spring", "quarkus"),
    "csharp": ("asp-net", "dotnet", "blazor", "net-maui"), "dotnet": ("asp-net", "blazor", "net-maui", "csharp"),
    "google-cloud": ("google-cloud-run", "firebase", "firebase-cloud-messaging", "google-maps-api"),
    "firebase": ("firebase-cloud-messaging",), "azure": ("azure-devops", "azure-openai"),
    "large-language-models": ("openai-api", "anthropic-api", "langchain", "retrieval-augmented-generation"),
    "blockchain": ("ethereum", "solidity", "smart-contracts", "polygon", "solana"),
    "docker": ("kubernetes",), "swift": ("swiftui",), "kotlin": ("jetpack-compose",),
    "serverless": ("aws-lambda", "google-cloud-run"),
    "ios": ("swift", "swiftui", "ios-development"), "android": ("kotlin", "jetpack-compose", "android-development"),
    "mobile": (
        "react-native", "flutter", "swift", "swiftui", "kotlin", "jetpack-compose", "expo", "ionic", "capacitor",
        "firebase-cloud-messaging", "ios-development", "android-development", "kotlin-multiplatform",
    ),
    "web": ("next-js", "react", "vue-js", "nuxt", "svelte", "sveltekit", "angular", "progressive-web-apps"),
    "desktop": ("electron", "tauri", "qt", "wpf"),
}  # fmt: skip
# Ruling out a vendor rules out what carries its name.
PREFIXES: dict[str, tuple[str, ...]] = {
    "aws": ("aws-", "amazon-"), "azure": ("azure-",), "google-cloud": ("google-cloud-", "google-kubernetes"),
}  # fmt: skip

PAYMENTS = (
    "payments",
    "subscriptions",
    "payouts",
    "shopping-cart",
    "donations",
    "marketplace",
    "events-ticketing",
)

NEEDS: tuple[Need, ...] = (
    Need("Health records", ("ehr-integration", "lab-results", "care-plans"), (
        Option("fhir", "clinics and record systems exchange data in this standard"),
        Option("hl7", "older clinical systems still speak it"),
    )),
    Need("Video and voice", ("video-calls", "voice-calls"), (
        Option("webrtc", "calls run in browser and app without an extra program; a hosted service carries them at first"),
        Option("twilio", "its hosted calls save running media servers of your own"),
    )),
    Need("Payments", PAYMENTS, (
        Option("stripe", "card data never touches your servers, which keeps PCI DSS small"),
        Option("adyen", "it takes cards and local methods under one contract"),
        Option("mollie", "it takes cards and European methods with little setup"),
        Option("paypal", "most buyers have it, and card data stays with it"),
    )),
    Need("Payments ledger", ("wallet", "lending", "trading", "accounting"), (
        Option("ledger-systems", "every balance has to be the sum of entries that cannot be altered"),
    )),
    Need("Bank connections", ("bank-accounts",), (
        Option("plaid", "one interface reaches most banks"),
        Option("open-banking", "licensed interfaces reach the banks directly"),
    )),
    Need("Smart contracts", ("blockchain",), (
        Option("solidity", "it is the language with the most tools and auditors"),
        Option("solana", "transactions cost little"),
    )),
    Need("Generated answers", ("chatbot", "content-generation"), (
        Option("openai-api", "a hosted model answers from day one; keep it behind an interface to be able to change"),
        Option("anthropic-api", "a hosted model answers from day one; keep it behind an interface to be able to change"),
        Option("vllm", "an open model runs on machines of your own"),
    )),
    Need("Machine learning", (
        "machine-learning", "computer-vision", "recommendations", "fraud-detection", "sentiment-analysis", "matching",
    ), (
        Option("scikit-learn", "a simple model that you can explain is the right first one"),
        Option("pytorch", "ready-made models can be adapted with little data"),
        Option("xgboost", "it does well on tables with little tuning"),
    )),
    Need("Speech and documents", ("speech", "ocr"), (
        Option("whisper", "it turns speech into text in many languages"),
        Option("ocr", "hosted recognition reads documents before you train anything"),
    )),
    Need("Offline storage", ("offline-mode",), (
        Option("sqlite", "the app keeps a database on the device and sends its changes when a connection is back"),
        Option("realm", "it stores on the device and syncs"),
        Option("local-first-software", "data lives on the device first and merges later"),
    )),
    Need("Live updates", ("real-time", "chat", "delivery-tracking", "activity-feed", "auctions"), (
        Option("websockets", "the server tells every open screen at once, without polling"),
        Option("server-sent-events", "the server tells open screens at once over plain HTTP"),
    )),
    Need("Connected devices", ("iot-devices", "wearables"), (
        Option("mqtt", "devices with weak connections report through it with few bytes"),
        Option("bluetooth-low-energy", "phones reach the devices nearby"),
    )),
    Need("Search", ("search", "listings", "price-comparison", "document-management"), (
        Option("meilisearch", "it finds despite typos and needs little care"),
        Option("opensearch", "it searches and filters large collections"),
        Option("elasticsearch", "it searches and filters large collections"),
        Option("algolia", "hosted search saves running one"),
    )),
    Need("Maps", ("maps", "route-planning"), (
        Option("mapbox", "maps, places and routes come from one interface with a free tier"),
        Option("google-maps-api", "it has the most complete places and routes"),
        Option("leaflet", "it draws open map data without fees"),
    )),
    Need("Video delivery", ("video-streaming", "courses", "audio-streaming"), (
        Option("content-delivery-networks", "video comes from a server near the viewer and spares yours"),
        Option("ffmpeg", "uploads become formats that every device plays"),
    )),
    Need("Data pipeline", ("data-pipeline", "web-scraping", "data-import-export", "data-migration"), (
        Option("apache-airflow", "loads run on a plan, and failures are seen and repeated"),
        Option("dagster", "loads run on a plan, and failures are seen and repeated"),
        Option("dbt", "transformations are tested like code"),
    )),
    Need("Charts and figures", ("dashboards", "reporting", "analytics"), (
        Option("metabase", "people build their own charts on a copy of the data"),
        Option("apache-superset", "it charts large tables"),
        Option("echarts", "charts are part of the product's own pages"),
    )),
    Need("Augmented reality", ("augmented-reality",), (
        Option("arkit", "it places objects in the room on Apple devices"),
        Option("unity", "one project runs on headsets and phones"),
    )),
    Need("Game engine", ("game-mechanics",), (
        Option("unity", "one project runs on phones, desktops and the web"),
        Option("godot", "it is free and open"),
    )),
    Need("Notifications", ("push-notifications",), (
        Option("firebase-cloud-messaging", "one interface reaches iOS, Android and browsers"),
    )),
    Need("Text messages", ("sms", "reminders"), (
        Option("twilio", "it delivers text messages in most countries"),
    )),
    Need("Signatures", ("e-signature", "contracts-proposals"), (
        Option("docusign", "signatures hold in court without a trust service of your own"),
    )),
    Need("Content", ("cms", "translation"), (
        Option("headless-cms", "editors change texts without a developer"),
    )),
    Need("Sign-in", ("single-sign-on", "social-login", "two-factor", "roles-permissions", "multi-tenancy"), (
        Option("keycloak", "single sign-on, second factors and roles come ready and run in your own network"),
        Option("auth0", "single sign-on, second factors and roles come hosted"),
        Option("oauth-2-0", "it is the standard that identity providers speak"),
    )),
    Need("Background work", ("workflow-automation", "invoicing", "email-campaigns", "payouts"), (
        Option("temporal", "steps that wait for days survive restarts"),
        Option("rabbitmq", "work waits in a queue instead of in a request"),
    )),
    Need("File storage", ("file-upload", "photo-gallery", "media-editing"), (
        Option("amazon-s3", "files go straight from the device to storage that does not fill up"),
        Option("cloudflare", "files go straight to its storage, without fees for reading"),
    )),
)  # fmt: skip

# What every product needs; taken in this order where the founder's needs leave places.
GENERAL: tuple[Need, ...] = (
    Need("Sign-in", (), (
        Option("oauth-2-0", "people sign in with accounts they have, and passwords stay elsewhere"),
        Option("keycloak", "sign-in and second factors come ready"),
    )),
    Need("Releases", (), (
        Option("github-actions", "every change is tested and released the same way, which a short schedule needs most"),
        Option("gitlab-ci", "every change is tested and released the same way"),
        Option("circleci", "every change is tested and released the same way"),
    )),
    Need("Error tracking", (), (
        Option("sentry", "you hear of failures before your first users write about them"),
        Option("opentelemetry", "traces show where a request fails or waits"),
    )),
    Need("Packaging", (), (
        Option("docker", "the same package runs on every machine, so that changing the host stays possible"),
        Option("podman", "the same package runs on every machine"),
    )),
    Need("End-to-end tests", (), (
        Option("playwright", "the few paths that earn money are tried in real browsers before each release"),
        Option("cypress", "the few paths that earn money are tried in a browser before each release"),
        Option("selenium", "the few paths that earn money are tried in real browsers"),
    )),
    Need("Infrastructure as code", (), (
        Option("terraform", "the environment can be built again and reviewed like code"),
        Option("pulumi", "the environment can be built again and reviewed like code"),
    )),
    Need("Cache", (), (
        Option("redis", "sessions, limits and short-lived results stay out of the database"),
    )),
    Need("Usage figures", (), (
        Option("posthog", "it shows which features people use, which decides what comes next"),
        Option("mixpanel", "it shows which features people use"),
    )),
)  # fmt: skip

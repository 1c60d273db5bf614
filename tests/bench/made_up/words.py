"""What synthetic texts are made of, in the languages of a register: English, French and Korean."""

from __future__ import annotations

TOPICS = (
    "Cyber security",
    "Critical minerals",
    "Climate finance",
    "Defence cooperation",
    "Maritime safety",
    "Health emergencies",
    "Student exchange",
    "Semiconductors",
    "Nuclear energy",
    "Arctic research",
    "Fisheries",
    "Space",
    "Artificial intelligence",
    "Supply chains",
    "Border management",
    "Food security",
    "Hydrogen",
    "Disaster relief",
    "Development finance",
    "Counter-terrorism",
    "Water",
    "Human rights",
    "Digital trade",
    "Tourism",
    "Culture",
    "Patents",
    "Forests",
    "Migration",
    "Anti-corruption",
    "Sport",
)
FORUMS = ("Ministerial dialogue", "Summit", "Joint commission", "Working group")
SYLLABLES = ("al", "bor", "ca", "den", "el", "fa", "gor", "han", "is", "jor", "ka", "lu", "mar")
ENDINGS = ("ia", "land", "stan", "ora", "mark")

# Titles, by instrument; {topic} is in lower case.
TITLES = {
    "agreement": ("Agreement on {topic}", "Treaty on the mutual protection of {topic} data"),
    "arrangement": ("Memorandum of understanding on {topic}", "Terms of reference for {topic}"),
    "dialogue": ("Annual dialogue on {topic}", "Senior officials’ talks on {topic}"),
    "meeting": ("Ministers’ meeting on {topic}", "Business forum on {topic}"),
    "action_plan": ("Action plan on {topic}", "Road map for {topic}"),
    "exercise": ("Joint exercise on {topic}", "Table-top exercise on {topic}"),
    "cooperation": ("Cooperation on {topic}", "Joint research into {topic}"),
    "statement": ("Joint statement on {topic}", "Declaration on {topic}"),
}
SUMMARIES = (
    "The governments will work together on {topic} and report on their progress each year.",
    "A text under which each side shares what it knows about {topic} with the other.",
    "Officials meet to prepare joint steps on {topic}; no date was set for the first of them.",
    "Both sides undertook to bring their rules on {topic} closer to each other.",
)
# Quotations by language, from the most to the least frequent.
QUOTATIONS = {
    "en": (
        "The ministers agreed to {verb} the {title} at the earliest opportunity.",
        "Both sides reaffirmed their commitment to {verb} the {title} ({code}).",
        "They welcomed progress towards the {title} and undertook to {verb} it by {target}.",
        "Officials were instructed to {verb} the {title} before the next meeting.",
    ),
    "fr": (
        "Les ministres ont convenu de faire avancer « {title} » dès que possible.",
        "Les deux parties ont réaffirmé leur engagement à l’égard de « {title} » ({code}).",
    ),
    "ko": (
        "양측은 {title} 관련 협력을 조속히 추진하기로 합의하였다.",
        "장관들은 {title} 이행 상황을 점검하고 후속 조치를 지속하기로 하였다 ({code}).",
    ),
}
LANGUAGES, LANGUAGE_WEIGHTS = ("en", "fr", "ko"), (8, 3, 2)
VERBS = ("conclude", "launch", "implement", "strengthen", "expedite", "finalise", "expand")
RATIONALES = (
    "The statement says so in these words.",
    "The read-out names it among the outcomes; the other side’s text is silent on it.",
    "Announced by one side and confirmed by the other a few days later.",
    "The date moved; no reason was given.",
)
ALIASES = {
    "en": "{code} initiative",
    "fr": "Initiative {code} : {topic}",
    "ko": "{code} 협력 구상",
}
IN_WORDS = ("at the earliest opportunity", "in due course", "before the next meeting")

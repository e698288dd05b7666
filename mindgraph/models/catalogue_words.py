"""The words a shop's catalogue is written in, sorted by what they tell, and three verb forms.

The lists are curated by hand and deliberately short: a word that is missing costs a statement, a
word that is wrong makes a false one. Entries of several words are joined by an underscore.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in text.split())


# What things are made of, in American spelling and the singular.
MATERIALS = _words(
    """cotton organic_cotton wool merino_wool cashmere silk linen hemp denim leather suede goatskin
    nylon polyester spandex lycra elastane rayon viscose fleece microfiber canvas velvet satin felt
    bamboo wood oak walnut pine beech cedar teak mahogany rattan cork paper cardboard glass
    tempered_glass borosilicate_glass ceramic porcelain stoneware earthenware terracotta clay
    marble granite concrete steel stainless_steel carbon_steel aluminum aluminum_alloy cast_iron
    iron brass copper bronze titanium sterling_silver plastic polycarbonate polypropylene acrylic
    silicone rubber latex neoprene foam memory_foam carbon_fiber fiberglass kevlar resin"""
)
FAUX = _words(
    "faux imitation synthetic vegan artificial mock like look effect style pu non free magnifying"
)
"""Next to a material, these say that it is another."""

MADE = _words("made crafted constructed built woven knitted knit carved sewn % pure")
MAKE = _words("construction fabric material build weave")
"""Before and after a material, these say that the product is made of it."""

WORKED_ON = _words(
    """cleaner polish conditioner glue stain paint care shredder cutter drill saw finish repair
    adhesive dye filler marker punch protector remover primer varnish"""
)
"""A product called "leather conditioner" is made for the material, not of it."""

MATERIAL_NAMES = _words("material materials fabric fabrics material_type fabric_type")
"""Attribute names, lower case, whose values are materials."""

COLORS = _words(
    """black white gray grey red green blue yellow orange purple pink brown beige navy teal lime
    gold silver ivory cream tan khaki olive maroon burgundy turquoise aqua salmon coral lavender
    mint charcoal multi multicolor multicolored clear transparent heather slate royal"""
)
SIZES = _words(
    """xs s m l xl xxl xxxl small medium large mini big tall wide long regular plus oz lb lbs
    kg g ml cm mm inch inches ft foot feet"""
)

UNITS = _words("oz lb lbs kg g ml l cm mm m inch inches in ft foot feet pack piece pieces x %") | {
    '"'
}

# Adjectives that say something a shopper can check.
ADJECTIVES = _words(
    """waterproof water-resistant water-repellent windproof wind-resistant weatherproof
    weather-resistant leakproof spill-proof splash-proof shockproof dustproof fireproof
    flame-retardant heat-resistant stain-resistant scratch-resistant scratch-proof rust-resistant
    rustproof wrinkle-resistant tear-resistant abrasion-resistant chafe-resistant burst-resistant
    frost-resistant odor-resistant slip-resistant non-slip non-stick non-toxic bpa-free
    antimicrobial antibacterial hypoallergenic lightweight ultra-lightweight portable foldable
    collapsible reversible removable detachable adjustable rechargeable wireless cordless bluetooth
    battery-powered solar-powered organic biodegradable compostable recyclable breathable insulated
    padded quilted stretchy elastic seamless moisture-wicking quick-drying machine_washable
    dishwasher_safe microwave_safe oven_safe easy_to_clean easy_to_install easy_to_assemble washable
    handmade hand-crafted stackable ergonomic magnetic digital analog programmable dimmable
    inflatable reusable disposable transparent reflective all-weather heavy-duty heavyweight
    sleeveless hooded sugar-free gluten-free vegan unscented fragrance-free caffeine-free wheeled
    self-sealing clipless aerodynamic heat-treated tagless pre-shrunk thermal unisex"""
)
QUALITIES = {quality.replace("-", " "): quality for quality in sorted(ADJECTIVES)} | {
    "light weight": "lightweight",
    "ultra light": "ultra-lightweight",
    "ultra breathable": "breathable",
    "anti microbial": "antimicrobial",
    "anti bacterial": "antibacterial",
    "quick dry": "quick-drying",
    "fast drying": "quick-drying",
    "sweat wicking": "moisture-wicking",
    "machine wash": "machine washable",
    "leak proof": "leakproof",
    "water proof": "waterproof",
    "rip resistant": "tear-resistant",
    "odour resistant": "odor-resistant",
    "anti slip": "non-slip",
    "battery operated": "battery-powered",
    "anti chafe": "chafe-resistant",
    "nontoxic": "non-toxic",
}
"""Wordings of a quality, without hyphens, and the one that is stated."""

# Parts a product can have, and how they stand after "have".
PARTS = {
    part: f"an {part}" if part[0] in "aeiou" else f"a {part}"
    for part in sorted(
        _words(
            """handle lid pocket zipper hood strap button battery compartment drawstring waistband
            collar buckle clasp hook loop blade spout dial backlight stopwatch alarm timer
            speaker microphone camera charger keyboard touchscreen thermometer nozzle hose saucer
            tripod drawer shelf mirror canopy visor brim pouch hinge carabiner
            placket thumbhole gusset liner lining basket kickstand antenna"""
        )
    )
}
ANY_PARTS = PARTS.keys() | _words(
    """waist hem cuff ankle band sleeve seam trim panel neckline layer case closure padding insert
    end bumper spoke grip palm upper rim foot wheel"""
)
"""What an adjective or a material may belong to instead of the product."""
PART_PAIRS = {
    "usb port": "a USB port",
    "headphone jack": "a headphone jack",
    "shoulder strap": "a shoulder strap",
    "top handle": "a top handle",
    "carry handle": "a carry handle",
    "kangaroo pocket": "a kangaroo pocket",
    "flatlock seam": "flatlock seams",
    "flat seam": "flat seams",
    "carry bag": "a carry bag",
    "led display": "an LED display",
    "led backlight": "an LED backlight",
    "digital display": "a digital display",
    "rubber strap": "a rubber strap",
    "rain cover": "a rain cover",
    "crew neckline": "a crew neckline",
    "ribbed cuff": "ribbed cuffs",
    "elastic waistband": "an elastic waistband",
    "elasticized waistband": "an elastic waistband",
    "gel padding": "gel padding",
    "carrying case": "a carrying case",
    "storage case": "a storage case",
    "travel case": "a travel case",
    "power cord": "a power cord",
    "remote control": "a remote control",
    "touch screen": "a touchscreen",
}

PLACED = _words(
    """in into inside for to from without no on onto under over your of any at non out around
    between through off fits fit not behind against near like via per"""
)
"""Before a part, these say that it may be another product's."""

# Verbs that tell what a product does.
VERBS = _words(
    """keep hold resist protect wick dry fold block absorb repel prevent reduce trap retain support
    store carry shield cover seal wash charge cut measure track monitor control relieve eliminate
    insulate stretch dissolve remove catch spread stay boil connect cook grind mix blend inflate
    illuminate massage soothe moisturize strengthen tone burn combat stop fight release lock reflect
    freeze chop slice whip polish hide separate collect drain sharpen trim mow"""
)

STATES = _words(
    """dry cool warm hot cold fresh clean safe comfortable hydrated organized tidy protected out
    sharp quiet steady ventilated"""
)
"""What a product keeps its owner or its content."""
PERSONAL = _words("dry cool warm safe comfortable hydrated ventilated")
"""Of these, what it can keep its owner; "keeps cold outside" is of the weather."""

WAYS = {"dry": _words("quickly fast"), "fold": _words("flat away small")}
"""How a product dries or folds; these need no object."""

MOISTURE = _words("sweat perspiration moisture")
"""What is wicked away is the same by any name."""
PARTICLES = _words("away out off up down")

WEARER = _words("you body skin yourself")

# Function words, by what they do to a phrase.
DETERMINERS = _words(
    """a an the this that these those any all every each your our their its his her my some both
    many most several whatever"""
)
PREPOSITIONS = _words(
    """in into inside on onto at by from of to with without within during under over between
    through across around along near against before after until than as per via toward towards
    up down off out for about beyond behind beneath above throughout like despite"""
)
CLAUSE = _words(
    """which that who whom whose where when while as so because since if but although though unless
    thanks it's they he she we i you you're you'll you've that's here there is are was were
    be been has have had does do did can can't will won't would should could may might must not
    no never without with than then plus yet makes make made comes come weighs packs fits gives
    give features feature includes include means helps help lets let allows allow offers offer adds
    add even exactly directly easily safely quickly only just"""
)
"""Where a phrase ends: a new clause, or an aside."""

AND = _words(", and or & /")
ENDINGS = PREPOSITIONS | CLAUSE | AND
"""What a noun phrase cannot go on with."""
EDGES = PREPOSITIONS | DETERMINERS
"""What a phrase cannot end with."""
LEADING = DETERMINERS | PARTICLES
"""What may stand between a verb and its object."""
LOOSE = _words("outdoors indoors away outside inside more daily alike too anywhere everywhere")
"""Adverbs that may trail a noun phrase."""

NUMBERS = _words("one two three four five six seven eight nine ten eleven twelve dozen half")
MEASURED = _words(
    "type types kind kinds sort sorts range variety level levels host lot lots plenty number form"
)
"""In "any type of riding" it is the riding that counts."""

# What may stand before "for" where a purpose follows, whatever its grammar.
IDEAL = _words(
    """ideal perfect use great good excellent suitable best designed made built meant intended used
    useful handy must essential enough companion choice tool partner gear crafted engineered
    recommended fantastic"""
)
NOT_FOR = _words(
    "look looking wait waiting ask known search searching except not famous called yourself"
)
HELPED = _words("to can will help helps and you")
"""Before a bare verb, these say that it is one."""
POINTERS = _words("it them this these those others everything anything yourself self eye")
HELPS = _words("help helps let lets")
ALLOWS = _words("allow allows enable enables help helps")
WHENEVER = _words("when while whether whenever if")

ALONE = _words(
    """camping hiking running walking training cycling swimming skiing trekking fishing hunting
    jogging working gaming touring commuting traveling travelling"""
)
"""Gerunds that take no object: what follows them in a list stands by itself."""

NOT_GERUNDS = _words(
    """everything nothing anything something string spring evening morning ceiling lining clothing
    wedding bedding padding building king wing swing sling bearing earring setting sibling
    darling herring railing plumbing stuffing coating housing piping stitching seating icing
    dumpling ongoing amazing exciting interesting outstanding lasting long-lasting during including
    demanding challenging refreshing flattering missing existing matching remaining upcoming
    anti-aging growing-up increasing"""
)

LIGHT = _words(
    """good best great perfect ideal quality use using everyday need needing want day daily night
    time year month week hour minute season occasion way place type kind range variety level price
    value budget life thing something stuff lot bit result purpose detail reason people person
    comfort style performance fit look looking feel feeling fun ease convenience safety warmth
    coverage support durability visibility freedom movement motion strength stability confidence
    versatility function accent touch flair option choice extra add added adding additional
    make making keep keeping have having get getting take taking give giving let letting do doing
    go going come coming put putting be being wear wearing carry carrying hold holding work working
    play playing try trying start starting help helping find finding see seeing set setting move
    moving stay staying become becoming enjoy enjoying provide providing offer offering want change
    changing easy easier new old big small large long high low more less much many other
    another own same different various any all every each maximum optimal ultimate total complete
    full hassle worry breathability ventilation side front back top bottom head distance point
    love like size color shape design piece item product pair home sporty superior smooth heading
    ease access storage sure bending enough outdoor indoor pre post active choosing buying standard
    premium modern"""
)
"""Words, as lemmas or as they stand, that alone make no purpose and no topic."""

PEOPLE = _words(
    """athlete runner rider cyclist hiker golfer walker swimmer skier climber gardener beginner
    professional novice expert man woman kid child baby toddler infant boy girl teen adult student
    teacher parent mom dad mother father friend family lover fan enthusiast addict buff traveler
    commuter racer user player gamer cook chef artist musician photographer sportsman people person
    pro owner pet dog cat guest guy men women anyone everyone someone those us figure shape"""
)

EVENTS = _words(
    """training workout exercise fitness yoga pilates run running walk walking hike hiking trek
    trekking climb climbing ride riding race racing cycling biking swim swimming ski skiing trip
    travel vacation holiday camp camping outing picnic party wedding birthday work school class gym
    studio office campus yardwork gardening cooking baking grilling brewing crafts sewing knitting
    painting drawing writing reading journaling meeting weekend commute commuting fishing hunting
    hike match game practice competition concert festival retreat beach pool adventure layering
    massage meditation recreation sport gaming photography"""
)
"""Nouns that name an occasion: at a sentence's head, "for" plus one of these tells a purpose."""

TITLE_EVENTS = _words(
    """yoga pilates running walking hiking trekking climbing riding racing cycling swimming skiing
    travel camping picnic wedding gym school gardening cooking baking grilling brewing sewing
    knitting fishing hunting beach massage meditation workout fitness training gaming bikram
    commuting touring sparring weightlifting"""
)
"""Before the head of a title, these tell what the product is for: a running short is for running.
"""
ACTIVITIES = _words(
    """yoga pilates hiking camping swimming cycling biking jogging skiing gardening cooking baking
    grilling sewing knitting fishing hunting meditation workout fitness training gym bikram
    weightlifting picnic"""
)
"""Words that no text uses in passing: two products whose texts both say one are related to it."""

TOPICS = TITLE_EVENTS | _words(
    """mountain road trail winter summer christmas halloween easter birthday party baby nursery
    aquarium kitchen bathroom bedroom garden patio lawn tea beer guitar piano violin music football
    soccer basketball baseball golf hockey boxing dance ballet bike bicycle motorcycle laptop
    printer"""
)
"""Words that are a topic in any title or category."""

SPOKEN = {
    **{place: f"the {place}" for place in ("beach", "campus", "gym", "office", "pool", "studio")},
    **{
        thing: thing + "s"
        for thing in (
            "bicycle bike birthday guitar laptop motorcycle mountain picnic piano"
            " printer road trail violin wedding workout"
        ).split()
    },
    "baby": "babies",
    "party": "parties",
}
"""How the bare noun of a title stands in a sentence."""

# Category names: those that only sort goods, and those that name a topic or a kind of thing.
MERCHANDISING = _words(
    """collections promotions promotion collection sale deals specials clearance featured gifts
    offers new_arrivals what's_new"""
)
OPAQUE = _words(
    """men women kids boys girls unisex men's women's default_category all root home shop products
    catalog catalogue misc miscellaneous other general new sale featured collections promotions
    everything items departments"""
)
KIND_NOUNS = _words(
    """equipment gear clothing apparel furniture jewelry jewellery software footwear hardware wear
    cookware tableware drinkware bakeware sportswear underwear outerwear swimwear bedding luggage
    stationery lingerie hosiery cutlery flatware machinery"""
)
TOPICAL_PLURALS = _words(
    "sports kids boys girls basics essentials crafts arts arrivals brands ideas news series women's"
)
PLURAL_ONLY = {
    "short": "shorts",
    "pant": "pants",
    "tight": "tights",
    "legging": "leggings",
    "glass": "glasses",
    "sunglass": "sunglasses",
    "jean": "jeans",
    "trouser": "trousers",
    "scissor": "scissors",
    "shear": "shears",
    "headphone": "headphones",
    "good": "goods",
    "supply": "supplies",
    "electronic": "electronics",
    "clothe": "clothes",
    "overall": "overalls",
}
"""Nouns that a shop uses in the plural, by their lemma."""

NO_HEADS = _words(
    """set kit pack pair piece bundle box lot item product edition version model series collection
    count case combo assortment accessory unit size style pcs pc refill replacement gift part"""
)
"""Heads of titles that tell no type: a set of mugs is no type of set."""

NO_TYPES = NO_HEADS | LIGHT | PEOPLE | PREPOSITIONS

TITLE_ENDS = _words(", ( [ { - – — | : ; / . with for in by from of featuring w plus + –")

NO_VALUES = _words("yes no true false none n/a na null other unknown various multi n.a. y n")
NOT_QUALITIES = _words(
    """price cost size sizes id sku asin upc ean gtin mpn isbn weight date url image qty quantity
    stock rank rating model length width height depth dimensions dimension number code warranty new
    sale discount options count capacity volume currency tax availability variant title name
    description manufacturer brand category age"""
)
"""Words of attribute names whose values are no quality of the product."""

_DOUBLED = _words("repel prefer begin forget admit control propel unplug reset")
_ONE_SHORT_VOWEL = re.compile(r"[^aeiou]*[aeiou][bdgklmnprt]")


def gerund(verb: str) -> str:
    """The -ing form of one regular English verb.

    >>> [gerund(verb) for verb in ("keep", "ride", "cut", "tie", "repel", "see")]
    ['keeping', 'riding', 'cutting', 'tying', 'repelling', 'seeing']
    """
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    if verb in _DOUBLED or _ONE_SHORT_VOWEL.fullmatch(verb):
        return verb + verb[-1] + "ing"
    return verb + "ing"


def third_person(verb: str) -> str:
    """The form of one regular English verb after "it".

    >>> [third_person(verb) for verb in ("keep", "dry", "catch", "play")]
    ['keeps', 'dries', 'catches', 'plays']
    """
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


THIRD = {third_person(verb): verb for verb in sorted(VERBS)}
GERUND = {gerund(verb): verb for verb in sorted(VERBS)}

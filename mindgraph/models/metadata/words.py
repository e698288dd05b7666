"""The words that hold an English phrase together, and those that say little of a product.

Word lists, here and beside the rules that read them, are curated by hand and deliberately short: a
word that is missing costs a statement, a word that is wrong makes a false one.
"""

from __future__ import annotations


def word_list(text: str) -> frozenset[str]:
    """Entries set apart by blanks; the words of one entry are joined by an underscore."""
    return frozenset(word.replace("_", " ") for word in text.split())


DETERMINERS = word_list(
    """a an the this that these those any all every each your our their its his her my some both
    many most several whatever"""
)
PREPOSITIONS = word_list(
    """in into inside on onto at by from of to with without within during under over between
    through across around along near against before after until than as per via toward towards
    up down off out for about beyond behind beneath above throughout like despite"""
)
CLAUSE = word_list(
    """which that who whom whose where when while as so because since if but although though unless
    thanks it's they he she we i you you're you'll you've that's here there is are was were
    be been has have had does do did can can't will won't would should could may might must not
    no never without with than then plus yet makes make made comes come weighs packs fits gives
    give features feature includes include means helps help lets let allows allow offers offer adds
    add even exactly directly easily safely quickly only just"""
)
"""Where a phrase ends: a new clause, or an aside."""

AND = word_list(", and or & /")
ENDINGS = PREPOSITIONS | CLAUSE | AND
"""What a noun phrase cannot go on with."""
EDGES = PREPOSITIONS | DETERMINERS
"""What a phrase cannot end with."""
LOOSE = word_list("outdoors indoors away outside inside more daily alike too anywhere everywhere")
"""Adverbs that may trail a noun phrase."""
PARTICLES = word_list("away out off up down")
POINTERS = word_list("it them this these those others everything anything yourself self eye")

NUMBERS = word_list("one two three four five six seven eight nine ten eleven twelve dozen half")
MEASURED = word_list(
    "type types kind kinds sort sorts range variety level levels host lot lots plenty number form"
)
"""In "any type of riding" it is the riding that counts."""

LIGHT = word_list(
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

PEOPLE = word_list(
    """athlete runner rider cyclist hiker golfer walker swimmer skier climber gardener beginner
    professional novice expert man woman kid child baby toddler infant boy girl teen adult student
    teacher parent mom dad mother father friend family lover fan enthusiast addict buff traveler
    commuter racer user player gamer cook chef artist musician photographer sportsman people person
    pro owner pet dog cat guest guy men women anyone everyone someone those us figure shape"""
)


def looks_plural(word: str) -> bool:
    """Whether a word ends as plurals do; some verbs and names do so too."""
    return word.endswith("s") and not word.endswith("ss")

"""The words mind_size.py writes its texts with: about 1,500 common English words, by kind.

Nothing to run by itself; `python benchmarks/vocabulary.py` prints how many words each kind has.
The lists are written by hand, so that the benchmark needs no dictionary and no download.
"""

from __future__ import annotations

VERBS = tuple(
    """
    adjust admire adopt apply arrange assemble attach attract avoid bake balance bathe block
    blend boil bounce brew brush build burn buy calm camp carry carve catch celebrate charge
    chase check chew chill chop clean clear climb clip close coat collect color comb combine
    compare compost connect control cook cool copy count cover craft create crush cut cycle
    dance decorate deliver design detect dig dine display dive divide draw dress drill drink
    drive dry dust dye eat edit embroider enjoy enhance entertain exercise explore expand extend
    feed fill filter find finish fish fix float fly fold follow frame freeze fry gather glue
    grill grind grip groom grow guard guide hang harvest heat help hide hike hold host hunt
    improve inflate insert inspect install insulate iron join juggle jump keep knit label launch
    learn level lift light link listen load lock lubricate make manage mark massage match measure
    melt mend mix monitor mount move mow nail notice nurse observe open organize pack paint park
    paste peel perform photograph pick pin place plan plant play polish pour power practice prepare
    present preserve press prevent print project protect prune pull pump push race rake reach read
    record recycle reduce refill relax remember remove repair replace rest restore ride rinse roast
    roll row run sail sand scan scrape scrub seal season secure send serve sew shape share sharpen
    shave shine shop show signal sing sit skate sketch ski sleep slice slide smooth soak sort spray
    spread stack stain steam stir store strap stretch study style support surf swim switch
    tape taste teach test throw tie tighten toast track trade train transfer transport travel treat
    trim tune turn type unpack upgrade use vacuum wake walk warm wash watch water wax wear weave
    weigh weld whip wipe work wrap write
    """.split()
)

# Verbs whose last letter is written twice before -ing.
DOUBLED = frozenset(
    """
    chop clip control cut dig drag fit grip hug jog knit mop nap pin plan put rub run scan scrub set
    shop sit skip spin stir strap swim transfer trim whip win wrap
    """.split()
)

ADJECTIVES = tuple(
    """
    adjustable affordable airtight amber ancient antique athletic automatic basic beautiful big
    black blue bold bright brown calm casual cheap cheerful chewy clean clear clever cold colorful
    comfortable compact complete cool cordless cozy creamy crisp curved custom cute damp dark
    decorative deep delicate delicious dense digital dirty dry durable early easy elastic electric
    elegant empty energetic everyday excellent extra fair familiar famous fancy fast favorite fine
    firm flat flexible floral foldable formal fragile fragrant fresh friendly frozen full fun funny
    gentle glossy golden good gray great green handheld handmade handy happy hard healthy heavy
    helpful hollow hot huge indoor industrial inexpensive informal instant intense kind large late
    lazy leather legal light lightweight little local long loose loud lovely low lucky magnetic
    manual matte medical mild mini minimal modern moist muddy multiple musical narrow natural neat
    new nice noisy old online open orange organic original outdoor oval painful pale perfect
    personal pink plain playful polite portable powerful practical precise premium pretty pure
    purple quick quiet rainy rare raw ready real rechargeable rectangular red refillable regular
    relaxed reliable resistant reusable rich right rigid romantic rough round royal rustic sacred
    safe salty sandy seasonal secure sensitive shallow sharp shiny short silent silky silver simple
    single slim slippery slow small smart smooth snowy soft solar solid sour spare special spicy
    square stable standard steady sticky stiff strong stylish sunny sweet tall tasty tender thick
    thin tight tiny tough traditional transparent trendy tropical ultra unique universal unusual
    upright urban useful versatile vibrant vintage warm washable waterproof weak wearable
    weatherproof wet white wide wild windy wireless wooden young yellow
    """.split()
)

PRODUCTS = tuple(
    """
    adapter airbag alarm album amplifier anchor antenna apron armchair aquarium ashtray awning axe
    backpack badge bag balaclava ball balloon bandage banjo banner barbecue barrel basin basket
    bathrobe bathtub battery beacon bead beaker beanie bed bell belt bench bib bicycle bike binder
    binoculars blanket blender blind board boat bobbin bolt book bookcase boot bottle bow bowl box
    bracelet bracket brick briefcase broom brush bucket buckle bulb bumper bunk buoy burner button
    cabinet cable cage cake calculator calendar camcorder camera candle candy cane canister canoe
    canteen cap cape carafe card cardigan carpet carrier cart cartridge case cauldron ceiling cereal
    chain chair chalk chandelier charger chart chest chisel chocolate clamp clip clipboard clock
    closet clothespin coaster coat coffee collar comb comforter compass computer cone console
    container cooker cookie cooler cord corkscrew costume couch counter cover cracker cradle crate
    crayon cream crib cup cupboard curtain cushion cymbal dagger dart deck decal dehumidifier desk
    detergent diaper dice dish dishwasher dispenser doll door doorbell doormat drawer dress drill
    drum dryer dumbbell earbud earplug earring easel engine envelope eraser extension fabric faucet
    feeder fence fertilizer figurine file filter flag flashlight flask floss flour flower flute foil
    folder fork frame freezer fridge fuel funnel furnace fuse gadget game garland gasket gate gauge
    gear gift glass glove glue goggles gown grater grill grinder guitar hairbrush hammer hammock
    handbag handle hanger harmonica harness hat headband headlamp headphone headset heater helmet
    hinge hoe holder holster honey hood hook hose ink inhaler iron jacket jar jeans jersey jewel jug
    juicer kayak kettle key keyboard keychain kit kite knife knob label lace ladder ladle lamp
    lantern laptop latch lavender leash ledger lens letter lid lighter lightbulb lipstick lock
    lotion lunchbox magazine magnet makeup mallet map marker mask mat match mattress meat medal
    medicine microphone microscope microwave mirror mitten mixer modem monitor mop motor mouse mug
    muffin nail napkin necklace needle net noodle notebook nozzle nut oar ointment organizer
    oven overalls oyster pad paddle padlock pail paint pajamas palette pan panel pants paper
    parachute pasta paste patch pearl pedal peeler pen pencil pendant perfume phone photo piano
    pillow pillowcase pin pipe pitcher pizza plane planner plant plate plier plug plunger pocket
    podium poncho pot pouch powder printer projector propeller prop pump puppet purse puzzle quilt
    racket rack radiator radio raincoat rake ramp razor receiver recorder refrigerator regulator
    remote ribbon rice ring robe robot rod roller rope router rug ruler saddle salt sandal
    sandwich sauce saucepan saucer saw scale scanner scarf scissors scooter scraper screen screw
    screwdriver sculpture seat seed sensor shampoo shawl shears sheet shelf shield shirt shoe
    shoelace shorts shovel shower sieve sink skateboard skewer skillet skirt sled sleeve slipper
    snack soap sock socket sofa soup spatula speaker sponge spoon spray spring sprinkler stamp stand
    stapler sticker stool stopwatch stove strainer strap straw string stroller sugar suit suitcase
    sunglasses sunscreen sweater switch sword syringe syrup table tablecloth tablet tag tank tape
    tarp tea teapot telescope television tent thermometer thermos thermostat thread tie tile timer
    tire tissue toaster toilet tongs tool toolbox toothbrush toothpaste torch towel toy trailer
    trampoline tray treadmill tricycle tripod trophy trowel truck trunk tube tumbler turntable
    umbrella uniform vacuum valve vase vest violin visor vitamin wagon walker wallet wallpaper
    wardrobe washer watch webcam wheel wheelchair whisk whistle wig window wiper wire wok wrapper
    wreath wrench yarn yogurt zipper
    """.split()
)

MATERIALS = tuple(
    """
    acrylic alloy aluminum bamboo brass bronze canvas carbon cardboard cashmere cedar ceramic cement
    chrome clay concrete copper cork cotton crystal denim enamel felt fiberglass flannel fleece foam
    fur glass gold granite graphite hemp iron jute latex lead leather linen marble mesh metal
    microfiber nickel nylon oak paper pine plaster plastic platinum plywood polyester porcelain
    quartz rattan resin rubber satin silicone silk silver slate spandex stainless steel stone straw
    suede teak tin titanium velvet vinyl walnut wax wicker wire wood wool zinc
    """.split()
)

PEOPLE = tuple(
    """
    actor adult artist athlete aunt author baby baker barber beginner boss boy bride brother builder
    buyer camper captain carpenter cashier chef child cleaner climber coach collector cook couple
    cousin customer cyclist dad dancer daughter dentist designer doctor driver electrician employee
    engineer expert family fan farmer father fisherman friend gamer gardener girl girlfriend
    grandfather grandmother groom guest guitarist hairdresser hiker homeowner host hunter husband
    infant janitor judge kid lady lawyer librarian lover man manager mechanic mom mother musician
    neighbor nephew niece nurse nanny office owner painter parent partner patient photographer pilot
    player plumber pupil runner sailor scientist senior sister skater soldier son stranger student
    surfer swimmer tailor teacher teenager tourist toddler trainer traveler uncle visitor waiter
    wife woman worker writer
    """.split()
)

PLACES = tuple(
    """
    airport alley apartment attic backyard balcony bakery bar barn basement bathroom beach bedroom
    boat cabin cafe campsite car castle cave church cinema city classroom clinic club coast college
    corner cottage countryside courtyard desert dock dormitory driveway factory farm field forest
    garage garden greenhouse gym hall hallway harbor highway hill home hospital hotel house island
    kennel kitchen laboratory lake lawn library lobby loft mall market meadow mountain museum
    nursery ocean office orchard park patio pier playground pool porch pub restaurant river road
    rooftop salon school sea shed shop sidewalk spa stable stadium stage store street studio
    swamp terrace theater trail train tunnel university valley van village warehouse woods
    workshop yard zoo
    """.split()
)

OCCASIONS = tuple(
    """
    afternoon anniversary autumn birthday breakfast brunch carnival celebration ceremony christmas
    class concert conference dinner drive drought easter emergency evening exam exercise festival
    flight funeral halloween holiday interview journey lesson lunch marathon match meal meeting
    morning night outing parade party performance picnic race rain rehearsal reunion safari season
    shift show sleepover snowstorm spring storm summer sunset surgery thanksgiving tournament travel
    trip vacation voyage wedding weekend winter workout
    """.split()
)

IDEAS = tuple(
    """
    ability accident air appearance art balance beauty bird body bone bread breath care cat cheese
    color comfort communication cost creativity culture curve dog dream dust ear education energy
    entertainment environment eye face fashion fear fire fish fitness floor flavor food foot freedom
    fruit fun germ grass hair hand happiness head health heart heat history hobby horse humidity
    hygiene idea image insect job joy juice knowledge language laundry leaf leg light liquid love
    luck luxury memory milk mind moisture money mood moon mosquito motion mouth movie muscle music
    nature neck nose odor oil order pain peace pet performance pleasure power pressure privacy
    problem project protection quality rabbit recipe relationship room safety sand scent science
    shade shadow shape signal skill skin sleep smell smile smoke snow soil song sound space speed
    spice spirit sport stain star stomach story strength stress style success sun surface sweat
    symbol taste technology temperature texture thirst time tooth touch tradition traffic tree
    vegetable video view vision voice wall waste water weather weight wind wine wisdom wound wrist
    """.split()
)

NUMBERS = ("2", "3", "4", "5", "6", "8", "10", "12", "15", "20", "24", "30", "48", "50", "100")

UNITS = tuple("days feet hours inches miles minutes months people pieces years".split())

# Nouns an is-a table has something to say of.
NOUNS = tuple(dict.fromkeys(PRODUCTS + MATERIALS + PEOPLE + PLACES + OCCASIONS + IDEAS))


def gerund(verb: str) -> str:
    """Return the -ing form of a verb of this vocabulary."""
    if verb in DOUBLED:
        return verb + verb[-1] + "ing"
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return verb + "ing"


def plural(noun: str) -> str:
    """Return the regular plural; the few wrong ones are as wrong as a language model's."""
    irregular = {"man": "men", "woman": "women", "child": "children", "wife": "wives"}
    if noun in irregular:
        return irregular[noun]
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return noun if noun.endswith("s") and not noun.endswith("ss") else noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def main() -> None:
    """Print the size of every list."""
    kinds = {"verbs": VERBS, "adjectives": ADJECTIVES, "nouns": NOUNS}
    for name, words in kinds.items():
        print(f"{name}: {len(set(words))}")
    print(f"all: {len({word for words in kinds.values() for word in words})}")


if __name__ == "__main__":
    main()

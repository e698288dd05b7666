#!/bin/sh
# Imports the graph into a server that is stopped. A database that exists already is replaced by:
#     sh import.sh --overwrite-destination=true
# Start the server afterwards, and make the constraints and indexes: after-import.cypher
set -eu
cd "$(dirname "$0")"
"${NEO4J_ADMIN:-neo4j-admin}" database import full \
    --id-type=string \
    --multiline-fields=true \
    --read-buffer-size=4194304 \
    --report-file="${TMPDIR:-/tmp}/mindgraph-import.report" \
    --nodes=Product=Product.csv \
    --nodes=CoBuy=CoBuy.csv \
    --nodes=Intention=Intention.csv \
    --nodes=Concept=Concept.csv \
    --nodes=Category=Category.csv \
    --nodes=Run=Run.csv \
    --relationships=HAS_PRODUCT=HAS_PRODUCT.csv \
    --relationships=IN_CATEGORY=IN_CATEGORY.csv \
    --relationships=SUBCATEGORY_OF=SUBCATEGORY_OF.csv \
    --relationships=HAS_CONCEPT=HAS_CONCEPT.csv \
    --relationships=SUBCONCEPT_OF=SUBCONCEPT_OF.csv \
    --relationships=OPEN=OPEN.csv \
    --relationships=RELATED_TO=RELATED_TO.csv \
    --relationships=IS_A=IS_A.csv \
    --relationships=PART_OF=PART_OF.csv \
    --relationships=MADE_OF=MADE_OF.csv \
    --relationships=SIMILAR_TO=SIMILAR_TO.csv \
    --relationships=CREATED_BY=CREATED_BY.csv \
    --relationships=HAS_A=HAS_A.csv \
    --relationships=PROPERTY_OF=PROPERTY_OF.csv \
    --relationships=DISTINCT_FROM=DISTINCT_FROM.csv \
    --relationships=USED_FOR=USED_FOR.csv \
    --relationships=CAN=CAN.csv \
    --relationships=CAPABLE_OF=CAPABLE_OF.csv \
    --relationships=DEFINED_AS=DEFINED_AS.csv \
    --relationships=SYMBOL_OF=SYMBOL_OF.csv \
    --relationships=MANNER_OF=MANNER_OF.csv \
    --relationships=DERIVE_FROM=DERIVE_FROM.csv \
    --relationships=EFFECT=EFFECT.csv \
    --relationships=CAUSE=CAUSE.csv \
    --relationships=MOTIVATED_BY=MOTIVATED_BY.csv \
    --relationships=CAUSE_DESIRE=CAUSE_DESIRE.csv \
    --relationships=OTHER=OTHER.csv \
    "$@" -- neo4j

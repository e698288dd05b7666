// Which intentions do co-buys of both products state, besides the co-buy of the two?
// $a: text -- the id of one product
// $b: text -- the id of the other product
// $limit: whole = 20 -- rows at most
// Walks from both products to their own co-buys and meets at the intention, never out of an
// intention, which thousands of co-buys may state.
MATCH (p:Product)<-[:HAS_PRODUCT]-(c:CoBuy)
WHERE p.id IN [$a, $b] AND $a <> $b
WITH c.id AS pair, min(p.id) AS asked, count(*) AS ends_found
WHERE ends_found = 1
WITH asked, collect(pair) AS ids
MATCH (d:CoBuy)-[r]->(i:Intention)
WHERE d.id IN ids
WITH i, asked, r.relation AS relation, count(*) AS pairs
WITH i, collect(CASE WHEN asked = $a THEN {relation: relation, pairs: pairs} END) AS of_a,
    collect(CASE WHEN asked = $b THEN {relation: relation, pairs: pairs} END) AS of_b
UNWIND of_a AS in_a
UNWIND of_b AS in_b
RETURN i.text AS intention, in_a.relation AS relation_a, in_a.pairs AS pairs_a,
    in_b.relation AS relation_b, in_b.pairs AS pairs_b, i.support AS support, i.id AS id
ORDER BY pairs_a + pairs_b DESC, support, id, relation_a, relation_b
LIMIT $limit

// Which intentions do co-buys of both products state, besides the co-buy of the two?
// $a: text -- the id of one product
// $b: text -- the id of the other product
// $limit: whole = 20 -- rows at most
// Walks from each product to its own co-buys and meets at the intention's id, never out of an
// intention, which thousands of co-buys may state.
MATCH (p:Product {id: $a})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[:HAS_PRODUCT]->(x:Product)
WHERE p.id <> $b AND x.id <> $a AND x.id <> $b
MATCH (c)-[r]->(i:Intention)
WITH i.id AS stated, r.relation AS relation_a, count(*) AS pairs_a
MATCH (q:Product {id: $b})<-[:HAS_PRODUCT]-(d:CoBuy)
MATCH (d)-[:HAS_PRODUCT]->(y:Product)
WHERE q.id <> $a AND y.id <> $a AND y.id <> $b
MATCH (d)-[s]->(j:Intention)
WHERE j.id = stated
WITH j.id AS id, j.text AS intention, j.support AS support, relation_a, pairs_a,
    s.relation AS relation_b, count(*) AS pairs_b
RETURN intention, relation_a, pairs_a, relation_b, pairs_b, support, id
ORDER BY pairs_a + pairs_b DESC, support, id, relation_a, relation_b
LIMIT $limit

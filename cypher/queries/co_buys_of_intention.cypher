// What else serves this intention: which co-buys state it, of which products?
// $id: text -- the intention's id
// $relation: text = '' -- one relation, such as usedFor; empty for any
// $limit: whole = 20 -- rows at most
// The products are looked up only for the rows shown: thousands of co-buys may state it.
MATCH (i:Intention {id: $id})<-[r]-(c:CoBuy)
WHERE $relation = '' OR r.relation = $relation
WITH c.id AS pair, r.id AS statement, r.relation AS relation,
    coalesce(r.typicality, r.agreement, 0.0) AS strength
ORDER BY strength DESC, statement
LIMIT $limit
MATCH (d:CoBuy)-[:HAS_PRODUCT]->(p:Product)
WHERE d.id = pair
MATCH (d)-[:HAS_PRODUCT]->(q:Product)
WHERE p.id < q.id
RETURN relation, strength, p.id AS id_a, p.title AS title_a, q.id AS id_b, q.title AS title_b,
    d.source AS source, statement
ORDER BY strength DESC, statement
LIMIT $limit

// What else serves this intention: which co-buys state it, of which products?
// $id: text -- the intention's id
// $relation: text = '' -- one relation, such as usedFor; empty for any
// $limit: whole = 20 -- rows at most
MATCH (i:Intention {id: $id})<-[r]-(c:CoBuy)
WHERE $relation = '' OR r.relation = $relation
MATCH (c)-[:HAS_PRODUCT]->(p:Product)
MATCH (c)-[:HAS_PRODUCT]->(q:Product)
WITH r.relation AS relation, coalesce(r.typicality, r.plausibility, r.agreement) AS score,
    p.id AS id_a, p.title AS title_a, q.id AS id_b, q.title AS title_b, c.source AS source,
    r.id AS statement
WHERE id_a < id_b
RETURN relation, score, id_a, title_a, id_b, title_b, source, statement
ORDER BY coalesce(score, 0.0) DESC, statement
LIMIT $limit

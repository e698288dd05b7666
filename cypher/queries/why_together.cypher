// What is stated of the co-buy of exactly these two products?
// $a: text -- the id of one product
// $b: text -- the id of the other product
// $limit: whole = 20 -- rows at most
MATCH (p:Product {id: $a})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[:HAS_PRODUCT]->(q:Product {id: $b})
WHERE p.id <> q.id
MATCH (c)-[r]->(i:Intention)
RETURN r.relation AS relation, i.text AS intention, r.agreement AS agreement,
    r.typicality AS typicality, r.plausibility AS plausibility, i.support AS support,
    c.source AS source, r.run AS run
ORDER BY coalesce(r.agreement, 0.0) DESC, coalesce(r.typicality, 0.0) DESC,
    coalesce(r.plausibility, 0.0) DESC, support DESC, r.id
LIMIT $limit

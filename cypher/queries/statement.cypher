// Where does a statement about these two products come from?
// $a: text -- the id of one product
// $b: text -- the id of the other product
// $relation: text = '' -- one relation, such as usedFor; empty for any
// $limit: whole = 20 -- rows at most
MATCH (p:Product {id: $a})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[:HAS_PRODUCT]->(q:Product {id: $b})
WHERE p.id <> q.id
MATCH (c)-[r]->(i:Intention)
WHERE $relation = '' OR r.relation = $relation
WITH r.id AS statement, r.relation AS relation, i.text AS intention, r.surface AS surface,
    c.source AS source, r.run AS run
OPTIONAL MATCH (n:Run)
WHERE n.id = run
RETURN statement, relation, intention, surface, source, run, n.model AS model,
    n.revision AS revision, n.prompt AS prompt, n.sampling AS sampling, n.version AS version
ORDER BY statement
LIMIT $limit

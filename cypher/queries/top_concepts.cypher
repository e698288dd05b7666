// Which concepts are meant most often?
// $relation: text = '' -- one relation, such as usedFor; empty for any
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every statement.
MATCH (c:CoBuy)-[r]->(i:Intention)
WHERE $relation = '' OR r.relation = $relation
WITH i, count(*) AS stated
MATCH (i)-[h:HAS_CONCEPT]->(k:Concept)
RETURN k.name AS concept, sum(stated) AS statements, count(*) AS intentions, k.id AS id
ORDER BY statements DESC, id
LIMIT $limit

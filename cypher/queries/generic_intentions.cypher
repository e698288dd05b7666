// Which intentions are stated so often that they say little?
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every intention.
MATCH (i:Intention)
RETURN i.text AS intention, i.support AS support, i.id AS id
ORDER BY support DESC, id
LIMIT $limit

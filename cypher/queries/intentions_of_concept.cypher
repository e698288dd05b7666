// Which intentions fall under this concept?
// $concept: text -- the concept's name or id
// $probability: real = 0.5 -- links that the concept net thinks less likely are left out
// $limit: whole = 20 -- rows at most
// A concept may have a hundred thousand intentions, so texts are read for the rows shown only.
// The constant group keeps the order before LIMIT, which Ladybug else drops.
MATCH (k:Concept)
WHERE k.id = $concept OR k.name = $concept
MATCH (i:Intention)-[h:HAS_CONCEPT]->(k)
WHERE h.probability >= $probability
WITH i.id AS meant, i.support AS support
ORDER BY support DESC, meant
LIMIT $limit
WITH 1 AS one, collect(meant) AS ids
MATCH (j:Intention)-[g:HAS_CONCEPT]->(m:Concept)
WHERE j.id IN ids
WITH j.text AS intention, j.support AS support, g.mention AS mention,
    g.probability AS probability, j.id AS id, m.id AS found, m.name AS name
WHERE found = $concept OR name = $concept
RETURN intention, support, mention, probability, id
ORDER BY support DESC, id, probability DESC, found
LIMIT $limit

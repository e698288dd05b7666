// Which intentions fall under this concept?
// $concept: text -- the concept's name or id
// $limit: whole = 20 -- rows at most
MATCH (k:Concept)
WHERE k.id = $concept OR k.name = $concept
MATCH (i:Intention)-[h:HAS_CONCEPT]->(k)
RETURN i.text AS intention, i.support AS support, h.mention AS mention,
    h.probability AS probability, i.id AS id
ORDER BY support DESC, probability DESC, id, mention
LIMIT $limit

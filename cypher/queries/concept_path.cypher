// Which broader concepts has this concept, and how many intentions does each hold?
// $concept: text -- the concept's name or id
// $limit: whole = 20 -- rows at most
// The far end has no label, so that a server reads the count off the concept itself.
MATCH (k:Concept)
WHERE k.id = $concept OR k.name = $concept
OPTIONAL MATCH (k)-[s:SUBCONCEPT_OF]->(b:Concept)
RETURN k.name AS concept, COUNT { MATCH (k)<-[:HAS_CONCEPT]-() } AS intentions,
    b.name AS broader, s.probability AS probability,
    COUNT { MATCH (b)<-[:HAS_CONCEPT]-() } AS intentions_of_broader,
    k.id AS id, b.id AS id_of_broader
ORDER BY id, probability DESC, id_of_broader
LIMIT $limit

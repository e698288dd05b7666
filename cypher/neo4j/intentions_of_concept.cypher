// Which intentions fall under this concept?
// $concept: text -- the concept's name or id
// $probability: real = 0.5 -- links that the concept net thinks less likely are left out
// $limit: whole = 20 -- rows at most
// A concept may have a hundred thousand intentions, and reading them all takes too long: of a large
// one, the intentions of the whole graph are walked from the most supported down, by their index,
// until enough of the concept's are met. Where too few are met, the concept's own are read after
// all. A text of this store's own, since only it has the index and lets a query choose.
MATCH (k:Concept)
WHERE k.id = $concept OR k.name = $concept
CALL (k) {
    WITH k
    WHERE COUNT { (k)<-[:HAS_CONCEPT]-() } > 20000
    MATCH (i:Intention)
    WHERE i.support > 1 AND EXISTS {
        MATCH (i)-[h:HAS_CONCEPT]->(k)
        WHERE h.probability >= $probability
    }
    WITH i
    ORDER BY i.support DESC, i.id
    LIMIT $limit
    RETURN collect(i) AS heads
}
CALL (k, heads) {
    WITH heads
    WHERE size(heads) >= $limit
    UNWIND heads AS i
    RETURN i
  UNION ALL
    WITH k, heads
    WHERE size(heads) < $limit
    MATCH (i:Intention)-[h:HAS_CONCEPT]->(k)
    WHERE h.probability >= $probability
    WITH i
    ORDER BY i.support DESC, i.id
    LIMIT $limit
    RETURN i
}
WITH DISTINCT i
ORDER BY i.support DESC, i.id
LIMIT $limit
MATCH (i)-[g:HAS_CONCEPT]->(m:Concept)
WHERE m.id = $concept OR m.name = $concept
RETURN i.text AS intention, i.support AS support, g.mention AS mention,
    g.probability AS probability, i.id AS id
ORDER BY support DESC, id, probability DESC, m.id
LIMIT $limit

// Which products are bought for intentions under this concept?
// $concept: text -- the concept's name or id
// $probability: real = 0.5 -- links that the concept net thinks less likely are left out
// $intentions: whole = 50 -- intentions that are followed, the most supported first
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
    LIMIT $intentions
    RETURN collect(i) AS heads
}
CALL (k, heads) {
    WITH heads
    WHERE size(heads) >= $intentions
    UNWIND heads AS i
    RETURN i
  UNION ALL
    WITH k, heads
    WHERE size(heads) < $intentions
    MATCH (i:Intention)-[h:HAS_CONCEPT]->(k)
    WHERE h.probability >= $probability
    WITH i
    ORDER BY i.support DESC, i.id
    LIMIT $intentions
    RETURN i
}
WITH DISTINCT i
ORDER BY i.support DESC, i.id
LIMIT $intentions
MATCH (i)<-[r]-(c:CoBuy)
WITH DISTINCT i, c
MATCH (c)-[:HAS_PRODUCT]->(p:Product)
WITH p, count(DISTINCT i) AS intentions, count(DISTINCT c) AS pairs
RETURN p.id AS id, p.title AS title, intentions, pairs
ORDER BY intentions DESC, pairs DESC, id
LIMIT $limit

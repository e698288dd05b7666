// Under which concepts do intentions of both products fall, besides their own co-buy?
// $a: text -- the id of one product
// $b: text -- the id of the other product
// $limit: whole = 20 -- rows at most
// Walks from each product and meets at the concept's id, never out of a concept, which may have
// a hundred thousand intentions. `probability` is the best of one side times that of the other.
MATCH (p:Product {id: $a})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[:HAS_PRODUCT]->(x:Product)
WHERE x.id <> $a AND x.id <> $b
MATCH (c)-[r]->(i:Intention)
MATCH (i)-[h:HAS_CONCEPT]->(k:Concept)
WITH k.id AS meant, count(DISTINCT i.id) AS intentions_a, max(h.probability) AS best_a
MATCH (q:Product {id: $b})<-[:HAS_PRODUCT]-(d:CoBuy)
MATCH (d)-[:HAS_PRODUCT]->(y:Product)
WHERE y.id <> $a AND y.id <> $b
MATCH (d)-[s]->(j:Intention)
MATCH (j)-[g:HAS_CONCEPT]->(m:Concept)
WHERE m.id = meant
WITH m.id AS id, m.name AS concept, intentions_a, best_a,
    count(DISTINCT j.id) AS intentions_b, max(g.probability) AS best_b
RETURN concept, intentions_a, intentions_b, best_a * best_b AS probability, id
ORDER BY probability DESC, intentions_a + intentions_b DESC, id
LIMIT $limit

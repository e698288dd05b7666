// Which co-buys have no intention at all?
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every co-buy.
MATCH (c:CoBuy)
WHERE NOT EXISTS { MATCH (c)-[r]->(i:Intention) }
WITH c.id AS pair, coalesce(c.support, 0) AS support
ORDER BY support DESC, pair
LIMIT $limit
MATCH (d:CoBuy)-[:HAS_PRODUCT]->(p:Product)
WHERE d.id = pair
MATCH (d)-[:HAS_PRODUCT]->(q:Product)
WHERE p.id < q.id
RETURN p.id AS id_a, p.title AS title_a, q.id AS id_b, q.title AS title_b,
    d.support AS support, d.source AS source, pair
ORDER BY coalesce(support, 0) DESC, pair
LIMIT $limit

// Which pairs of categories do most co-buys join, and by which relation most of all?
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every co-buy and every statement.
MATCH (c:CoBuy)-[:HAS_PRODUCT]->(p:Product)
MATCH (c)-[:HAS_PRODUCT]->(q:Product)
WHERE p.category < q.category
MATCH (c)-[r]->(i:Intention)
WITH p.category AS category_a, q.category AS category_b, r.relation AS relation,
    count(*) AS statements
RETURN category_a, category_b, relation, statements
ORDER BY statements DESC, category_a, category_b, relation
LIMIT $limit

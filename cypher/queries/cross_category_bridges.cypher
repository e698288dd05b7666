// Which pairs of categories do most co-buys join, and by which relation most of all?
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every co-buy, and the statements of those in the rows shown.
MATCH (c:CoBuy)-[:HAS_PRODUCT]->(p:Product)
WITH c, min(p.category) AS category_a, max(p.category) AS category_b
WHERE category_a <> category_b
WITH category_a, category_b, count(*) AS pairs, collect(c.id) AS ids
ORDER BY pairs DESC, category_a, category_b
LIMIT $limit
UNWIND ids AS pair
MATCH (d:CoBuy)
WHERE d.id = pair
OPTIONAL MATCH (d)-[r]->(i:Intention)
WITH category_a, category_b, pairs, r.relation AS relation, count(i.id) AS stated
WITH category_a, category_b, pairs, max(stated) AS statements,
    collect({relation: relation, stated: stated}) AS counts
UNWIND counts AS counted
WITH category_a, category_b, pairs, statements, counted
WHERE counted.stated = statements
RETURN category_a, category_b, pairs, min(counted.relation) AS relation, statements
ORDER BY pairs DESC, category_a, category_b
LIMIT $limit

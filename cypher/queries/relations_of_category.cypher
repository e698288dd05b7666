// By which relations are co-buys with a product of this category explained?
// $category: text -- the category's id or name; the categories within it count too
// $limit: whole = 30 -- rows at most
// Scans the whole graph: a category may hold half of it.
MATCH (g:Category)
WHERE g.id = $category OR g.name = $category
MATCH (n:Category)-[:SUBCATEGORY_OF*0..9]->(g)
WITH 1 AS one, collect(DISTINCT n.id) AS ids
MATCH (m:Category)<-[:IN_CATEGORY]-(p:Product)
WHERE m.id IN ids
MATCH (p)<-[:HAS_PRODUCT]-(c:CoBuy)
WITH DISTINCT c
MATCH (c)-[r]->(i:Intention)
RETURN r.relation AS relation, count(*) AS statements, count(DISTINCT c.id) AS pairs,
    count(DISTINCT i.id) AS intentions
ORDER BY statements DESC, relation
LIMIT $limit

// Which intentions do co-buys with products of this category state most often?
// $category: text -- the category's id or name; narrower categories count too
// $limit: whole = 20 -- rows at most
// Scans the whole graph: a category may hold half of it.
MATCH (g:Category)
WHERE g.id = $category OR g.name = $category
MATCH (n:Category)-[:SUBCATEGORY_OF*0..9]->(g)
WITH DISTINCT n.id AS narrower
MATCH (p:Product)-[:IN_CATEGORY]->(m:Category)
WHERE m.id = narrower
MATCH (p)<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[r]->(i:Intention)
RETURN i.text AS intention, count(DISTINCT c.id) AS pairs, i.support AS support, i.id AS id
ORDER BY pairs DESC, id
LIMIT $limit

// Which products of other categories serve the same intentions as this product?
// $id: text -- the product's id
// $intentions: whole = 200 -- intentions that are followed, the least common first
// $most: whole = 50 -- intentions that more co-buys state are left out: they join everything
// $limit: whole = 20 -- rows at most
// Co-buys of the product itself do not count here; the query `partners` has them.
MATCH (p:Product {id: $id})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[r]->(i:Intention)
WHERE i.support > 1 AND i.support <= $most
WITH DISTINCT p.id AS asked, p.category AS own, i.id AS stated, i.support AS support
ORDER BY support, stated
LIMIT $intentions
WITH asked, own, collect(stated) AS ids
MATCH (j:Intention)<-[s]-(d:CoBuy)
WHERE j.id IN ids
MATCH (d)-[:HAS_PRODUCT]->(q:Product)
WITH asked, own, j.id AS served, d.id AS pair, collect(q.id) AS products
WHERE NOT asked IN products
UNWIND products AS other
WITH own, other, count(DISTINCT served) AS intentions
MATCH (t:Product)
WHERE t.id = other AND t.category <> own
RETURN t.id AS id, t.title AS title, t.category AS category, intentions
ORDER BY intentions DESC, id
LIMIT $limit

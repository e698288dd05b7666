// Which products of other categories serve the same intentions as this product?
// $id: text -- the product's id
// $intentions: whole = 200 -- intentions that are followed, the least common first
// $most: whole = 50 -- intentions that more co-buys state are left out: they join everything
// $limit: whole = 20 -- rows at most
// Co-buys of the product itself do not count; `partners` has them.
MATCH (p:Product {id: $id})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[r]->(i:Intention)
WHERE i.support > 1 AND i.support <= $most
WITH DISTINCT i.id AS stated, i.support AS support
ORDER BY support, stated
LIMIT $intentions
WITH collect(stated) AS ids
MATCH (j:Intention)<-[s]-(d:CoBuy)
WHERE j.id IN ids
MATCH (d)-[:HAS_PRODUCT]->(q:Product)
MATCH (d)-[:HAS_PRODUCT]->(t:Product)
WHERE q.id <> t.id AND q.id <> $id AND t.id <> $id
MATCH (o:Product {id: $id})
WHERE q.category <> o.category
RETURN q.id AS id, q.title AS title, q.category AS category, count(DISTINCT j.id) AS intentions
ORDER BY intentions DESC, id
LIMIT $limit

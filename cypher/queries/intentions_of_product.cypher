// Which intentions do the co-buys of this product state?
// $id: text -- the product's id
// $relation: text = '' -- one relation, such as usedFor; empty for any
// $limit: whole = 20 -- rows at most
MATCH (p:Product {id: $id})<-[:HAS_PRODUCT]-(c:CoBuy)
MATCH (c)-[r]->(i:Intention)
WHERE $relation = '' OR r.relation = $relation
RETURN r.relation AS relation, i.text AS intention, count(*) AS pairs, i.support AS support,
    max(r.agreement) AS agreement, max(r.typicality) AS typicality, i.id AS id
ORDER BY pairs DESC, coalesce(typicality, 0.0) DESC, support DESC, id, relation
LIMIT $limit

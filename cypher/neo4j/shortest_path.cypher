// What is the shortest chain of co-buys from one product to another?
// $a: text -- the id of one product
// $b: text -- the id of the other product
// Six co-buys at most: product, co-buy, product and so on. Where several chains are as short, one
// of them is told.
MATCH (p:Product {id: $a})
MATCH (q:Product {id: $b})
WHERE p.id <> q.id
MATCH way = shortestPath((p)-[:HAS_PRODUCT*..12]-(q))
RETURN length(way) / 2 AS co_buys, [n IN nodes(way) | n.id] AS ids,
    [n IN nodes(way) | n.title] AS titles

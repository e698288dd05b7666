// What is the shortest chain of co-buys from one product to another?
// $a: text -- the id of one product
// $b: text -- the id of the other product
// Six co-buys at most: product, co-buy, product and so on. Where several chains are as short, one
// of them is told.
MATCH way = (p:Product)-[:HAS_PRODUCT* SHORTEST 1..12]-(q:Product)
WHERE p.id = $a AND q.id = $b AND p.id <> q.id
RETURN length(way) / 2 AS co_buys, properties(nodes(way), 'id') AS ids,
    properties(nodes(way), 'title') AS titles

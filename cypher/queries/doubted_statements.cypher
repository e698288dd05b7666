// Which statements did the judge agree with least?
// $most: real = 0.5 -- statements of a higher agreement are left out
// $limit: whole = 20 -- rows at most
// Scans the whole graph: every statement. Those without a verdict are not among them.
MATCH (c:CoBuy)-[r]->(i:Intention)
WHERE r.agreement <= $most
RETURN r.relation AS relation, i.text AS intention, r.agreement AS agreement, c.id AS pair,
    r.id AS statement
ORDER BY agreement, statement
LIMIT $limit

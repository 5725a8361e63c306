-- What somebody writes who has no facts and no tally: every indicator by managing committee, from the raw tables.
WITH member AS (
    SELECT organization_id,
           count(*) FILTER (WHERE status = 'FORMAL') AS formal,
           count(*) FILTER (WHERE status IN ('PROBATIONARY', 'EXTENDED')) AS probationary
    FROM members_member WHERE organization_id IS NOT NULL GROUP BY organization_id
), covered AS (
    SELECT c.organization_id, c.form
    FROM orgs_coverage c JOIN orgs_partyorganization p ON p.id = c.party_organization_id
    WHERE c.until IS NULL AND c."primary" AND p.dissolved_on IS NULL
), instructed AS (
    SELECT DISTINCT organization_id FROM instructors_assignment WHERE until IS NULL
), visited AS (
    SELECT organization_id, max(visited_on) AS visited_on FROM instructors_visit GROUP BY organization_id
), contacted AS (
    SELECT organization_id, max(contacted_on) AS contacted_on FROM orgs_liaison
    WHERE until IS NULL GROUP BY organization_id
), worked AS (
    SELECT organization_id, max(party_work_on) AS worked_on FROM orgs_massorganization
    WHERE closed_on IS NULL GROUP BY organization_id
), known AS (
    SELECT o.managed_by_id, o.category, o.category LIKE 'SO%' AS social, o.restructured_on IS NOT NULL AS restructured,
           o.in_scope AND o.status = 'NORMAL' AND o.merged_into_id IS NULL AS counted,
           o.category <> 'E6' AND o.company_type !~ '^(2|43|44|455|456|58|68|7)' AS legal_person,
           CASE WHEN o.category = 'SO1' THEN o.membership ELSE o.staff END AS size,
           coalesce(m.formal, 0) AS formal, coalesce(m.probationary, 0) AS probationary,
           coalesce(c.form, '') AS form, coalesce(c.form, '') NOT IN ('', 'FUNCTIONAL') AS has_org,
           i.organization_id IS NOT NULL AS instructor,
           greatest(v.visited_on, n.contacted_on, w.worked_on) >= current_date - interval '6 months' AS evidence
    FROM orgs_organization o
    LEFT JOIN member m ON m.organization_id = o.id
    LEFT JOIN covered c ON c.organization_id = o.id
    LEFT JOIN instructed i ON i.organization_id = o.id
    LEFT JOIN visited v ON v.organization_id = o.id
    LEFT JOIN contacted n ON n.organization_id = o.id
    LEFT JOIN worked w ON w.organization_id = o.id
), judged AS (
    SELECT *, counted AND legal_person AS unit, formal + probationary > 0 AS has_member,
           category <> '' AND size >= CASE WHEN social THEN 50 ELSE 100 END AS large,
           category <> '' AND size >= CASE WHEN social THEN 20 ELSE 50 END AS middle
    FROM known
)
SELECT managed_by_id,
       count(*) FILTER (WHERE counted AND (formal >= 3 OR large OR restructured)),
       count(*) FILTER (WHERE counted AND (formal >= 3 OR large OR restructured) AND has_org),
       count(*) FILTER (WHERE counted AND NOT social AND middle),
       count(*) FILTER (WHERE counted AND NOT social AND middle AND has_member),
       count(*) FILTER (WHERE counted AND NOT social AND large),
       count(*) FILTER (WHERE counted AND NOT social AND large AND has_org),
       count(*) FILTER (WHERE counted AND social AND middle),
       count(*) FILTER (WHERE counted AND social AND middle AND has_member),
       count(*) FILTER (WHERE counted AND social AND large),
       count(*) FILTER (WHERE counted AND social AND large AND has_org),
       count(*) FILTER (WHERE counted AND restructured),
       count(*) FILTER (WHERE counted AND restructured AND has_org),
       count(*) FILTER (WHERE unit),
       count(*) FILTER (WHERE unit AND has_org),
       count(*) FILTER (WHERE unit AND form = 'SINGLE'),
       count(*) FILTER (WHERE unit AND formal >= 3),
       count(*) FILTER (WHERE unit AND formal >= 3 AND has_org),
       count(*) FILTER (WHERE unit AND (form <> '' OR evidence)),
       count(*) FILTER (WHERE unit AND large),
       count(*) FILTER (WHERE unit AND large AND has_org),
       count(*) FILTER (WHERE unit AND NOT has_org),
       count(*) FILTER (WHERE unit AND NOT has_org AND instructor)
FROM judged GROUP BY managed_by_id

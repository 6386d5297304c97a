-- The rules of rules.shall. Each row of the answer is a rule, how many subjects fail, and of how many it is not known.
-- Every file is read once, and of it only the columns that the rules need. SQL's NULL means what unknown means wherever a
-- required column is compared here; optional columns are tested for NULL first, as the rules do.

-- The order of rows plays no part; without it DuckDB needs less time and memory.
SET preserve_insertion_order = false;

CREATE TEMP TABLE incident AS FROM read_ndjson('incident.ndjson', columns = {
  number: 'VARCHAR', state: 'VARCHAR', priority: 'VARCHAR', opened_at: 'TIMESTAMP', service: 'VARCHAR', category: 'VARCHAR',
  assigned_to: 'VARCHAR', due_at: 'TIMESTAMP', resolved_at: 'TIMESTAMP', close_code: 'VARCHAR', closed_by: 'VARCHAR'});
CREATE TEMP TABLE change AS FROM read_ndjson('change.ndjson', columns = {number: 'VARCHAR', kind: 'VARCHAR', actual_start: 'TIMESTAMP'});
CREATE TEMP TABLE approval AS FROM read_ndjson('approval.ndjson', columns = {change: 'VARCHAR', decision: 'VARCHAR', decided_at: 'TIMESTAMP'});
CREATE TEMP TABLE service AS FROM read_ndjson('service.ndjson', columns = {id: 'VARCHAR'});
CREATE TEMP TABLE sla AS FROM read_ndjson('sla.ndjson', columns = {service: 'VARCHAR', target: 'DECIMAL(9, 6)'});

SELECT 'p1-resolution', count(*) FILTER (NOT met), count(*) FILTER (met IS NULL)
FROM (SELECT resolved_at - opened_at <= INTERVAL 6 HOURS AS met FROM incident
      WHERE priority = 'p1' AND state IN ('resolved', 'closed') AND resolved_at IS NOT NULL)
UNION ALL
SELECT 'incident-of-known-service', count(*), 0
FROM incident ANTI JOIN service ON service.id = incident.service WHERE state <> 'cancelled'
UNION ALL
SELECT 'change-approved-before-start', count(*), 0
FROM change ANTI JOIN approval
  ON approval.change = change.number AND decision = 'approved' AND decided_at <= actual_start
WHERE kind = 'normal' AND actual_start IS NOT NULL
UNION ALL
SELECT 'incidents-resolved-when-due', count(*) FILTER (met < target * total), 0
FROM sla LEFT JOIN (SELECT service, count(*) AS total, count(*) FILTER (resolved_at <= due_at) AS met FROM incident
                    WHERE resolved_at IS NOT NULL GROUP BY service) USING (service)
UNION ALL
SELECT 'closed-incident-is-documented', count(*), 0
FROM incident WHERE state = 'closed'
  AND (category IS NULL OR assigned_to IS NULL OR resolved_at IS NULL OR close_code IS NULL OR closed_by IS NULL)
UNION ALL
SELECT 'incident-number-unique', coalesce(sum(uses), 0), 0
FROM (SELECT count(*) AS uses FROM incident GROUP BY number HAVING count(*) > 1);

-- One login per service, and a schema of its own: no service reads another's tables.
-- psql -v ON_ERROR_STOP=1 -f roles.sql jointly
-- Then set each password with \password, and name the URL in /etc/jointly/<service>.conf.
CREATE ROLE jointly_identity LOGIN;
CREATE ROLE jointly_partnerships LOGIN;
CREATE ROLE jointly_mobility LOGIN;
CREATE ROLE jointly_budgets LOGIN;
CREATE ROLE jointly_theses LOGIN;
CREATE ROLE jointly_notifications LOGIN;
CREATE SCHEMA jointly_identity AUTHORIZATION jointly_identity;
CREATE SCHEMA jointly_partnerships AUTHORIZATION jointly_partnerships;
CREATE SCHEMA jointly_mobility AUTHORIZATION jointly_mobility;
CREATE SCHEMA jointly_budgets AUTHORIZATION jointly_budgets;
CREATE SCHEMA jointly_theses AUTHORIZATION jointly_theses;
CREATE SCHEMA jointly_notifications AUTHORIZATION jointly_notifications;

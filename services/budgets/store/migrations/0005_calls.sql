-- Whose stays a budget pays, by the calls that its grant schemes name.
CREATE TABLE budget_call (
  budget TEXT NOT NULL,
  call   TEXT NOT NULL,
  PRIMARY KEY (budget, call)
);
CREATE INDEX budget_call_of ON budget_call (call, budget);

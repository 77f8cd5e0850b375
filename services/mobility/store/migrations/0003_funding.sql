-- What pays a call's stays, the stay as planned, and what the budget answered.
ALTER TABLE call ADD COLUMN funding_reference TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN planned_start_date TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN planned_end_date TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN funding_state TEXT NOT NULL DEFAULT 'none';
ALTER TABLE mobility ADD COLUMN funding_reference TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN funding_commitment TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN funding_amount TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN funding_currency TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN funding_reason TEXT NOT NULL DEFAULT '';

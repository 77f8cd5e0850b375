-- Why a budget refused a grant, with its figures, and how often it was asked.
ALTER TABLE mobility ADD COLUMN funding_message TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN funding_facts TEXT NOT NULL DEFAULT '';
ALTER TABLE mobility ADD COLUMN funding_request_number INTEGER NOT NULL DEFAULT 0;
UPDATE mobility SET funding_request_number = 1 WHERE funding_state <> 'none';

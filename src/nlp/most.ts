import type { BudgetLimit } from '../core/budget.js';

/** Refuses an amount of which a problem may not have so much; called before it is had. */
export type Most = (limit: BudgetLimit, amount: number) => void;

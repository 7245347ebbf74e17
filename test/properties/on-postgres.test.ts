/** Random sequences of steps on real PostgreSQL, against the eager model. */
import { describeAgreement } from './agreement.ts';

describeAgreement({ engine: 'postgres', runs: 1400, atOnce: 8 });

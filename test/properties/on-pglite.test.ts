/** Random sequences of steps on the embedded database, against the eager model. */
import { describeAgreement } from './agreement.ts';

describeAgreement({ engine: 'pglite', runs: 600, atOnce: 1 });

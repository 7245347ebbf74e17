/** What operators correct: limits, grants, their ends, what is settled, and movements. With a reason it is kept in the audit. */
import { audited } from '../audit/index.ts';
import { unitOf } from '../catalog/index.ts';
import { readInput, type Scope } from '../kernel/index.ts';
import {
  adjust,
  adjustInput,
  balanceOf,
  expiryInput,
  type Figures,
  freezeBalance,
  grantInput,
  limitsInput,
  resetInput,
  reverse,
  reverseInput,
  setExpiry,
  setLimits,
  stopInput,
  voidGrant,
} from '../ledger/index.ts';
import type { Binding } from './binding.ts';

/** The correcting verbs of one binding. */
export function bindCorrections(binding: Binding) {
  return { ...bindGrants(binding), ...bindStopping(binding), ...bindSettled(binding) };
}

function shown(scope: Scope, unit: string, figures: Figures) {
  return balanceOf(unitOf(scope, unit), figures);
}

function bindGrants({ command, whole }: Binding) {
  return {
    setLimits: async (input: unknown) => {
      const { reason, ...asked } = readInput(limitsInput, whole(input));
      const { customer, unit, floor = null, ceiling = null, inherit = false } = asked;
      const about = { operation: 'wallet.setLimits', customer, subject: balanceNamed(unit) };
      return command(async (scope) =>
        shown(
          scope,
          unit,
          await audited(
            scope,
            reason,
            (inner) => setLimits(inner, asked),
            () => ({ ...about, facts: { floor, ceiling, inherit } }),
          ),
        ),
      );
    },
    voidGrant: async (input: unknown) => {
      const { reason, ...asked } = readInput(grantInput, whole(input));
      const subject = { type: 'grant', id: asked.grant };
      return command(async (scope) => {
        const { unit, figures } = await audited(
          scope,
          reason,
          (inner) => voidGrant(inner, asked),
          ({ customer, unit: of, amount }) => ({
            ...{ operation: 'wallet.voidGrant', customer, subject },
            facts: { unit: of, amount },
          }),
        );
        return shown(scope, unit, figures);
      });
    },
    setExpiry: async (input: unknown) => {
      const { reason, unit: of, grant, ...asked } = readInput(expiryInput, whole(input));
      const wanted = grant === undefined ? { ...asked, unit: of ?? '' } : { ...asked, grant };
      const subject = grant === undefined ? balanceNamed(of ?? '') : { type: 'grant', id: grant };
      const expiresAt = asked.expiresAt?.toISOString() ?? null;
      return command(async (scope) => {
        if (of !== undefined) unitOf(scope, of);
        const { unit, grants, figures } = await audited(
          scope,
          reason,
          (inner) => setExpiry(inner, wanted),
          (done) => ({
            ...{ operation: 'wallet.setExpiry', customer: asked.customer, subject },
            facts: { expiresAt, grants: done.grants },
          }),
        );
        return { ...shown(scope, unit, figures), grants };
      });
    },
  };
}

function bindStopping({ command, whole }: Binding) {
  const stop = async (frozen: boolean, { reason, ...asked }: Stopping) => {
    const operation = frozen ? 'wallet.freeze' : 'wallet.unfreeze';
    const { customer, unit } = asked;
    return command(async (scope) => {
      unitOf(scope, unit);
      const figures = await audited(
        scope,
        reason,
        (inner) => freezeBalance(inner, { ...asked, frozen }),
        () => ({ operation, customer, subject: balanceNamed(unit), facts: { frozen } }),
      );
      return shown(scope, unit, figures);
    });
  };
  return {
    freeze: async (input: unknown) => stop(true, readInput(stopInput, whole(input))),
    unfreeze: async (input: unknown) => stop(false, readInput(stopInput, whole(input))),
  };
}

function bindSettled({ command, whole }: Binding) {
  const setTo = (operation: string, { reason, idempotencyKey: key, ...asked }: Adjusting) =>
    command(async (scope) => {
      unitOf(scope, asked.unit);
      const { figures, transferId, replayed } = await audited(
        scope,
        reason,
        (inner) => adjust(inner, { ...asked, key }),
        ({ difference, transferId: made, replayed: again }) =>
          again
            ? null
            : {
                ...{ operation, customer: asked.customer, subject: balanceNamed(asked.unit) },
                facts: { to: asked.to, difference, transferId: made },
              },
      );
      return { ...shown(scope, asked.unit, figures), transferId, replayed };
    });
  return {
    adjust: async (input: unknown) => setTo('wallet.adjust', readInput(adjustInput, whole(input))),
    reset: async (input: unknown) =>
      setTo('wallet.reset', { ...readInput(resetInput, whole(input)), to: 0 }),
    reverse: async (input: unknown) => {
      const { reason, idempotencyKey: key, ...asked } = readInput(reverseInput, whole(input));
      const subject = { type: 'transfer', id: asked.transfer };
      return command(async (scope) => {
        const { unit, figures, reversed, replayed } = await audited(
          scope,
          reason,
          (inner) => reverse(inner, { ...asked, key }),
          ({ customer, unit: of, reversed: amount, replayed: again }) =>
            again
              ? null
              : { operation: 'wallet.reverse', customer, subject, facts: { unit: of, amount } },
        );
        return { ...shown(scope, unit, figures), reversed, replayed };
      });
    },
  };
}

type Stopping = ReturnType<typeof stopInput.parse>;
type Adjusting = ReturnType<typeof adjustInput.parse>;

function balanceNamed(unit: string) {
  return { type: 'balance', id: unit };
}

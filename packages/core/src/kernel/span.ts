/**
 * Spans of the kit's work, children of whatever span the host has open; none without the host's SDK.
 *
 * A span knows the tenant, and of a failure its code: a message may name a customer or a key, so none is kept.
 */
import {
  type Span,
  SpanStatusCode,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { isBursarError } from './errors.ts';

/** True while the host has an SDK that takes spans. */
export function isTracing(): boolean {
  return tracer() !== null;
}

/** Runs `work` in a span `bursar.<verb>`, which is the active one meanwhile. */
export function inSpan<T>(verb: string, tenant: string, work: () => Promise<T>): Promise<T> {
  const known = tracer();
  if (!known) return work();
  const attributes = { 'bursar.tenant': tenant };
  return known.startActiveSpan(`bursar.${verb}`, { attributes }, (span) => endWith(span, work));
}

async function endWith<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    tellFailure(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** A refusal is an answer: only what the kit could not do is an error of the span. */
function tellFailure(span: Span, error: unknown): void {
  const ours = isBursarError(error);
  span.setAttribute('error.type', ours ? error.code : '_OTHER');
  if (!ours || error.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The API's own provider is always there and makes spans of nothing, which cost; whether somebody stands behind it, it says. */
type Standing = TracerProvider & { getDelegateTracer?(name: string): Tracer | undefined };

function tracer(): Tracer | null {
  const provider = trace.getTracerProvider() as Standing;
  if (!provider.getDelegateTracer) return provider.getTracer(scope);
  return provider.getDelegateTracer(scope) ?? null;
}

const scope = '@bursar/core';

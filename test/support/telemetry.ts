/** A host's OpenTelemetry SDK, the real one, that keeps in memory what it is told. */
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

export type Point = {
  readonly attributes: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: a number, or a histogram's own object, as the suite expects it
  readonly value: any;
};

/** Registers an SDK for all of this process, until `remove`. */
export function registerSdk() {
  const spans = new InMemorySpanExporter();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return {
    spans: () => spans.getFinishedSpans(),
    forgetSpans: () => spans.reset(),
    /** Collects now. @returns The points of each metric that has any, by its name. */
    async collect(): Promise<Record<string, Point[]>> {
      exporter.reset();
      await reader.forceFlush();
      const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
      const told = all.flatMap((one) => one.metrics);
      return Object.fromEntries(
        told.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints as Point[]]),
      );
    },
    remove() {
      trace.disable();
      context.disable();
      metrics.disable();
    },
  };
}

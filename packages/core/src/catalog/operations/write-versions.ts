/** What is sold, as immutable versions: content that is new becomes the next one, content that was a version before does not. */
import {
  at,
  canonicalJson,
  contentHash,
  json,
  type Scope,
  type Statement,
  sql,
} from '../../kernel/index.ts';

type Kept = { readonly things: Statement; readonly versions: Statement; readonly thing: Statement };

const kept: Readonly<Record<'plans' | 'offers', Kept>> = {
  plans: {
    ...{ things: sql`bursar.plans`, versions: sql`bursar.plan_versions`, thing: sql`plan_id` },
  },
  offers: {
    ...{ things: sql`bursar.offers`, versions: sql`bursar.offer_versions`, thing: sql`offer_id` },
  },
};

/** Makes the next version of each whose content is new. Those of another origin stay as they are. */
export async function writeVersions(
  scope: Scope,
  kind: 'plans' | 'offers',
  specs: readonly { readonly key: string }[],
): Promise<void> {
  const { things, versions, thing } = kept[kind];
  const rows = specs.map((spec) => ({
    key: spec.key,
    hash: contentHash(spec),
    definition: JSON.parse(canonicalJson(spec)),
  }));
  await scope.run(sql`
    insert into ${versions} (tenant_id, ${thing}, version, hash, definition, created_at)
    select sold.tenant_id, sold.id,
           coalesce((select max(version) from ${versions} as known
                      where (known.tenant_id, known.${thing}) = (sold.tenant_id, sold.id)), 0) + 1,
           one.hash, one.definition, ${at(scope.now)}::text::timestamptz
      from jsonb_to_recordset(${json(rows)}::text::jsonb) as one (key text, hash text, definition jsonb)
      join ${things} as sold on (sold.tenant_id, sold.key) = (${scope.tenant.id}::int, one.key) and sold.origin = 'code'
     where not exists (
       select from ${versions} as known
        where (known.tenant_id, known.${thing}, known.hash) = (sold.tenant_id, sold.id, one.hash))`);
}

import { Migration } from "@medusajs/framework/mikro-orm/migrations";

export class Migration20261127025500 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`alter table if exists "erp_portal_quote_order" drop constraint if exists "erp_portal_quote_order_order_id_unique";`);
    this.addSql(`alter table if exists "erp_portal_quote_order" drop constraint if exists "erp_portal_quote_order_quote_ref_unique";`);
    this.addSql(`create table if not exists "erp_portal_quote_order" ("id" text not null, "quote_ref" text not null, "order_id" text null, "claim" text null, "claimed_until" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, constraint "erp_portal_quote_order_pkey" primary key ("id"));`);
    this.addSql(`CREATE INDEX IF NOT EXISTS "IDX_erp_portal_quote_order_deleted_at" ON "erp_portal_quote_order" ("deleted_at") WHERE deleted_at IS NULL;`);
    this.addSql(`CREATE UNIQUE INDEX IF NOT EXISTS "IDX_erp_portal_quote_order_quote_ref_unique" ON "erp_portal_quote_order" ("quote_ref") WHERE deleted_at IS NULL;`);
    this.addSql(`CREATE UNIQUE INDEX IF NOT EXISTS "IDX_erp_portal_quote_order_order_id_unique" ON "erp_portal_quote_order" ("order_id") WHERE deleted_at IS NULL;`);
  }

  override async down(): Promise<void> {
    this.addSql(`drop table if exists "erp_portal_quote_order" cascade;`);
  }

}

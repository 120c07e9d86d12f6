import { Migration } from "@medusajs/framework/mikro-orm/migrations";

export class Migration20261123170106 extends Migration {

  override async up(): Promise<void> {
    this.addSql(`alter table if exists "erp_portal_message" drop constraint if exists "erp_portal_message_event_key_unique";`);
    this.addSql(`create table if not exists "erp_portal_message" ("id" text not null, "event_key" text not null, "type" text not null, "body" text not null, "attempts" integer not null default 0, "next_attempt_at" timestamptz not null, "delivered_at" timestamptz null, "last_error" text null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), "deleted_at" timestamptz null, constraint "erp_portal_message_pkey" primary key ("id"));`);
    this.addSql(`CREATE INDEX IF NOT EXISTS "IDX_erp_portal_message_deleted_at" ON "erp_portal_message" ("deleted_at") WHERE deleted_at IS NULL;`);
    this.addSql(`CREATE UNIQUE INDEX IF NOT EXISTS "IDX_erp_portal_message_event_key_unique" ON "erp_portal_message" ("event_key") WHERE deleted_at IS NULL;`);
    this.addSql(`CREATE INDEX IF NOT EXISTS "IDX_erp_portal_message_next_attempt_at" ON "erp_portal_message" ("next_attempt_at") WHERE delivered_at IS NULL AND deleted_at IS NULL;`);
    this.addSql(`CREATE INDEX IF NOT EXISTS "IDX_erp_portal_message_delivered_at" ON "erp_portal_message" ("delivered_at") WHERE deleted_at IS NULL;`);
  }

  override async down(): Promise<void> {
    this.addSql(`drop table if exists "erp_portal_message" cascade;`);
  }

}

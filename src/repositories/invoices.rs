//! The table `auth.invoices`: what Stripe asked an account for, as it was last seen.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    core::{
        database::{Conn, Writer, on, row},
        error::Result,
    },
    models::{
        billing::{InvoiceStatus, StripeInvoice},
        billing_account::Invoice,
        ids::UserId,
        page::PageRequest,
    },
};

struct Stored {
    id: Uuid,
    stripe_id: String,
    number: Option<String>,
    status: InvoiceStatus,
    amount: i64,
    amount_paid: i64,
    amount_credited: i64,
    amount_refunded: i64,
    currency: String,
    description: Option<String>,
    invoice_pdf: Option<String>,
    hosted_invoice_url: Option<String>,
    period_start: Option<DateTime<Utc>>,
    period_end: Option<DateTime<Utc>>,
    attempt_count: i64,
    paid_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

row!(Stored {
    id: Uuid => "id",
    stripe_id: String => "stripeInvoiceId",
    number: Option<String> => "number",
    status: String => "status",
    amount: i64 => "amount",
    amount_paid: i64 => "amountPaid",
    amount_credited: i64 => "amountCredited",
    amount_refunded: i64 => "amountRefunded",
    currency: String => "currency",
    description: Option<String> => "description",
    invoice_pdf: Option<String> => "invoicePdf",
    hosted_invoice_url: Option<String> => "hostedInvoiceUrl",
    period_start: Option<DateTime<Utc>> => "periodStart",
    period_end: Option<DateTime<Utc>> => "periodEnd",
    attempt_count: i64 => "attemptCount",
    paid_at: Option<DateTime<Utc>> => "paidAt",
    created_at: DateTime<Utc> => "createdAt",
});

impl From<Stored> for Invoice {
    fn from(row: Stored) -> Self {
        Self {
            id: row.id,
            stripe: StripeInvoice {
                id: row.stripe_id,
                number: row.number,
                status: row.status,
                amount: row.amount,
                amount_paid: row.amount_paid,
                amount_credited: row.amount_credited,
                amount_refunded: row.amount_refunded,
                currency: row.currency,
                description: row.description,
                invoice_pdf: row.invoice_pdf,
                hosted_invoice_url: row.hosted_invoice_url,
                period_start: row.period_start,
                period_end: row.period_end,
                attempt_count: row.attempt_count,
                paid_at: row.paid_at,
                created_at: row.created_at,
            },
        }
    }
}

/// An account's invoices, newest first: one more than asked for, where there are more.
///
/// # Errors
/// As the database fails.
pub async fn list<'c>(conn: impl Into<Conn<'c>>, account: UserId, page: PageRequest) -> Result<Vec<Invoice>> {
    const SQL: &str = "
        select id, \"stripeInvoiceId\", number, status, amount, \"amountPaid\", \"amountCredited\", \"amountRefunded\", currency, description, \"invoicePdf\", \"hostedInvoiceUrl\", \"periodStart\", \"periodEnd\", \"attemptCount\", \"paidAt\", \"createdAt\"
        from auth.invoices
        where (\"userId\", id) >= ($1, $2) and (\"userId\", id) <= ($1, $3)
        order by \"userId\" desc, id desc
        limit $4";
    // ordered as the account's index is: see `api_key_lists`
    let rows: Vec<Stored> = on!(conn, all(SQL, account.0, Uuid::nil(), page.at_most(), page.limit + 1))?;
    Ok(rows.into_iter().map(Invoice::from).collect())
}

/// All invoices of an account.
///
/// # Errors
/// As the database fails.
pub async fn list_all<'c>(conn: impl Into<Conn<'c>>, account: UserId) -> Result<Vec<Invoice>> {
    const SQL: &str = "
        select id, \"stripeInvoiceId\", number, status, amount, \"amountPaid\", \"amountCredited\", \"amountRefunded\", currency, description, \"invoicePdf\", \"hostedInvoiceUrl\", \"periodStart\", \"periodEnd\", \"attemptCount\", \"paidAt\", \"createdAt\"
        from auth.invoices
        where \"userId\" = $1
        order by id";
    let rows: Vec<Stored> = on!(conn, all(SQL, account.0))?;
    Ok(rows.into_iter().map(Invoice::from).collect())
}

/// Writes an invoice down as Stripe has it now; the first time under this identifier. `false` where it is another
/// account's.
///
/// # Errors
/// As the database fails.
pub async fn upsert(tx: &mut Writer, account: UserId, id: Uuid, invoice: &StripeInvoice) -> Result<bool> {
    const SQL: &str = "
        insert into auth.invoices (id, \"userId\", \"stripeInvoiceId\", number, status, amount, \"amountPaid\", \"amountCredited\", \"amountRefunded\", currency, description, \"invoicePdf\", \"hostedInvoiceUrl\", \"periodStart\", \"periodEnd\", \"attemptCount\", \"paidAt\", \"createdAt\")
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        on conflict (\"stripeInvoiceId\") do update
        set number = excluded.number, status = excluded.status, amount = excluded.amount, \"amountPaid\" = excluded.\"amountPaid\",
            \"amountCredited\" = excluded.\"amountCredited\", \"amountRefunded\" = excluded.\"amountRefunded\", currency = excluded.currency,
            description = excluded.description, \"invoicePdf\" = excluded.\"invoicePdf\", \"hostedInvoiceUrl\" = excluded.\"hostedInvoiceUrl\",
            \"periodStart\" = excluded.\"periodStart\", \"periodEnd\" = excluded.\"periodEnd\", \"attemptCount\" = excluded.\"attemptCount\",
            \"paidAt\" = excluded.\"paidAt\"
        where invoices.\"userId\" = excluded.\"userId\"";
    let touched = on!(
        tx,
        execute(
            SQL,
            id,
            account.0,
            invoice.id.as_str(),
            invoice.number.as_deref(),
            invoice.status.as_str(),
            invoice.amount,
            invoice.amount_paid,
            invoice.amount_credited,
            invoice.amount_refunded,
            invoice.currency.as_str(),
            invoice.description.as_deref(),
            invoice.invoice_pdf.as_deref(),
            invoice.hosted_invoice_url.as_deref(),
            invoice.period_start,
            invoice.period_end,
            invoice.attempt_count,
            invoice.paid_at,
            invoice.created_at
        )
    )?;
    Ok(touched > 0)
}

/// Removes a draft that Stripe does not have any more.
///
/// # Errors
/// As the database fails.
pub async fn delete(tx: &mut Writer, account: UserId, id: Uuid) -> Result<()> {
    const SQL: &str = "
        delete from auth.invoices
        where \"userId\" = $1 and id = $2";
    on!(tx, execute(SQL, account.0, id))?;
    Ok(())
}

//! The closed list of problem codes, with their status and their texts (RFC 9457).
//!
//! A code is a promise: programs match on it. `docs/api-design.md` lists them all, and a test compares.

use crate::core::language::Language;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $status:literal $word:literal,
        $title_en:literal | $title_fr:literal,
        $detail_en:literal | $detail_fr:literal;)+) => {
        /// A stable word for one kind of refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name),+ }

        impl Code {
            /// All codes, in the order of their status.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word that programs match on.
            #[must_use]
            pub fn word(self) -> &'static str { match self { $(Self::$name => $word),+ } }

            /// The HTTP status that goes with it.
            #[must_use]
            pub fn status(self) -> u16 { match self { $(Self::$name => $status),+ } }

            /// A short name of the kind of problem.
            #[must_use]
            pub fn title(self, language: Language) -> &'static str {
                match (self, language) { $((Self::$name, Language::English) => $title_en, (Self::$name, Language::French) => $title_fr),+ }
            }

            /// A sentence that says what to do next.
            #[must_use]
            pub fn detail(self, language: Language) -> &'static str {
                match (self, language) { $((Self::$name, Language::English) => $detail_en, (Self::$name, Language::French) => $detail_fr),+ }
            }
        }
    };
}

/// What stands in place of the detail of `duplicate_value` where it is the key itself that holds the value.
#[must_use]
pub fn own_value(language: Language, restoring: bool) -> &'static str {
    match (restoring, language) {
        (false, Language::English) => "This is the key’s value already; paste the new one.",
        (false, Language::French) => "C’est déjà la valeur de cette clé ; collez la nouvelle.",
        (true, Language::English) => "This is the key’s value already: there is nothing to restore.",
        (true, Language::French) => "C’est déjà la valeur de cette clé : il n’y a rien à restaurer.",
    }
}

codes! {
    /// The webhook's signature is missing, wrong or too old.
    InvalidSignature = 400 "invalid_signature",
        "Invalid signature" | "Signature non valable",
        "The Stripe-Signature header does not fit this body, or is older than five minutes. Check STRIPE_WEBHOOK_SECRET and the server’s clock." | "L’en-tête Stripe-Signature ne correspond pas à ce corps, ou date de plus de cinq minutes. Vérifiez STRIPE_WEBHOOK_SECRET et l’horloge du serveur.";
    /// The body is no JSON.
    MalformedJson = 400 "malformed_json",
        "Malformed JSON" | "JSON mal formé",
        "The body is not valid JSON. Send one JSON object encoded in UTF-8." | "Le corps n’est pas du JSON valide. Envoyez un objet JSON encodé en UTF-8.";
    /// The request can not be understood.
    MalformedRequest = 400 "malformed_request",
        "Malformed request" | "Requête mal formée",
        "The request could not be understood. Check the address, the headers and their encoding." | "La requête n’a pas pu être comprise. Vérifiez l’adresse, les en-têtes et leur encodage.";
    /// The reset token is unknown, spent or expired.
    InvalidToken = 400 "invalid_token",
        "Invalid token" | "Jeton non valable",
        "This link is unknown, was used already or has expired. Ask for a new one." | "Ce lien est inconnu, a déjà servi ou a expiré. Demandez-en un nouveau.";
    /// A program waits to be let in, and nobody has answered yet (RFC 8628).
    AuthorizationPending = 400 "authorization_pending",
        "Not approved yet" | "Pas encore approuvé",
        "Nobody has approved this sign-in yet. Open the link, approve it, and ask again in a moment." | "Personne n’a encore approuvé cette connexion. Ouvrez le lien, approuvez-la, et redemandez dans un instant.";
    /// Somebody refused to let a program in, or the account is no more (RFC 8628).
    AccessDenied = 400 "access_denied",
        "Sign-in refused" | "Connexion refusée",
        "This sign-in was refused. Begin again if you asked for it yourself." | "Cette connexion a été refusée. Recommencez si vous l’aviez demandée vous-même.";
    /// A device code is unknown, was used or has expired (RFC 8628).
    ExpiredToken = 400 "expired_token",
        "Code expired" | "Code expiré",
        "This code is unknown, was used already or has expired. Begin again with POST /api/auth/device." | "Ce code est inconnu, a déjà servi ou a expiré. Recommencez avec POST /api/auth/device.";
    /// The code that a program shows is unknown, was answered or has expired.
    InvalidUserCode = 400 "invalid_user_code",
        "Unknown code" | "Code inconnu",
        "This code is unknown, was answered already or has expired. Read it again from the program, or have it show a new one." | "Ce code est inconnu, a déjà reçu une réponse ou a expiré. Relisez-le dans le programme, ou faites-lui en afficher un autre.";
    /// No credentials, or bad ones.
    Unauthenticated = 401 "unauthenticated",
        "Sign-in required" | "Connexion requise",
        "Sign in and send the access token as “Authorization: Bearer …”." | "Connectez-vous et envoyez le jeton d’accès sous la forme « Authorization: Bearer … ».";
    /// The token for programs has expired.
    TokenExpired = 401 "token_expired",
        "Token expired" | "Jeton expiré",
        "This token for programs has expired. Make a new one with POST /api/tokens." | "Ce jeton pour programmes a expiré. Créez-en un autre avec POST /api/tokens.";
    /// Wrong email or password; never says which.
    InvalidCredentials = 401 "invalid_credentials",
        "Wrong email or password" | "Adresse ou mot de passe incorrect",
        "The email and password do not go together. Check both, or recover the account." | "L’adresse et le mot de passe ne vont pas ensemble. Vérifiez-les, ou récupérez le compte.";
    /// The refresh token is none of ours, or its session has ended.
    InvalidRefreshToken = 401 "invalid_refresh_token",
        "Session ended" | "Session terminée",
        "This refresh token is unknown or its session has ended. Sign in again." | "Ce jeton de renouvellement est inconnu ou sa session est terminée. Reconnectez-vous.";
    /// A spent refresh token came again: its session has ended, for it may have been stolen.
    RefreshTokenReused = 401 "refresh_token_reused",
        "Refresh token already used" | "Jeton de renouvellement déjà utilisé",
        "This refresh token was used before, so its session was ended: somebody else may have it. Sign in again." | "Ce jeton de renouvellement a déjà servi : sa session a été fermée, car quelqu’un d’autre l’a peut-être. Reconnectez-vous.";
    /// The second step of a sign-in came too late, too often, or twice.
    InvalidChallenge = 401 "invalid_challenge",
        "Sign in again" | "Connectez-vous à nouveau",
        "This sign-in has expired, was completed already or had too many wrong codes. Begin again with the password." | "Cette connexion a expiré, a déjà abouti ou a reçu trop de codes faux. Recommencez avec le mot de passe.";
    /// The act is dangerous and the sign-in is not fresh.
    ReauthenticationRequired = 401 "reauthentication_required",
        "Confirm that it is you" | "Confirmez que c’est vous",
        "This needs a fresh sign-in. Send the password (and a code of the second factor) to POST /api/auth/reauthenticate, then repeat the request." | "Cette action demande une connexion récente. Envoyez le mot de passe (et un code du second facteur) à POST /api/auth/reauthenticate, puis refaites la requête.";
    /// The plan allows no more active keys.
    PlanLimitReached = 402 "plan_limit_reached",
        "Plan limit reached" | "Limite de la formule atteinte",
        "Your plan allows no more active keys. Revoke one, or change to PRO." | "Votre formule ne permet pas d’autre clé active. Révoquez-en une, ou passez à PRO.";
    /// Yours, but you may not.
    Forbidden = 403 "forbidden",
        "Not allowed" | "Action non permise",
        "Your role does not allow this. Ask an administrator." | "Votre rôle ne permet pas cette action. Demandez à un administrateur.";
    /// The token for programs lacks the scope, or is not for this.
    InsufficientScope = 403 "insufficient_scope",
        "Scope missing" | "Portée manquante",
        "This token for programs may not do this. Use one with the scope that is needed, or sign in as a person." | "Ce jeton pour programmes ne permet pas cette action. Prenez-en un qui a la portée nécessaire, ou connectez-vous en personne.";
    /// The token for programs may not be used from this address.
    ForbiddenIp = 403 "forbidden_ip",
        "Address not allowed" | "Adresse non permise",
        "This token for programs may not be used from your address. Use it from one of its allowed addresses, or make another token." | "Ce jeton pour programmes ne peut pas servir depuis votre adresse. Utilisez-le depuis une de ses adresses permises, ou créez-en un autre.";
    /// The address must be proved first.
    EmailNotVerified = 403 "email_not_verified",
        "Address not verified" | "Adresse non confirmée",
        "Open the link in the verification mail first, or ask for a new one." | "Ouvrez d’abord le lien du message de confirmation, ou demandez-en un nouveau.";
    /// The password given to confirm an act is wrong.
    WrongPassword = 403 "wrong_password",
        "Wrong password" | "Mot de passe incorrect",
        "The current password is wrong. Check it and send it again." | "Le mot de passe actuel est incorrect. Vérifiez-le et renvoyez-le.";
    /// A code of the second factor is wrong, or was used before.
    WrongCode = 403 "wrong_code",
        "Wrong code" | "Code incorrect",
        "The code is wrong or was used already. Wait for the next one, or use a recovery code." | "Le code est incorrect ou a déjà servi. Attendez le suivant, ou utilisez un code de récupération.";
    /// The account must have a second factor before it may do this.
    MfaSetupRequired = 403 "mfa_setup_required",
        "Second factor required" | "Second facteur exigé",
        "This account must set up a second factor first, with POST /api/auth/mfa/totp." | "Ce compte doit d’abord mettre en place un second facteur, avec POST /api/auth/mfa/totp.";
    /// Not there, or not yours.
    NotFound = 404 "not_found",
        "Not found" | "Introuvable",
        "There is nothing here that you can see. Check the address or the identifier." | "Il n’y a rien ici que vous puissiez voir. Vérifiez l’adresse ou l’identifiant.";
    /// The path exists, the method does not.
    MethodNotAllowed = 405 "method_not_allowed",
        "Method not allowed" | "Méthode non permise",
        "This address does not take that method. The Allow header lists those it takes." | "Cette adresse n’accepte pas cette méthode. L’en-tête Allow donne celles qu’elle accepte.";
    /// The request came too slowly.
    RequestTimeout = 408 "request_timeout",
        "Request too slow" | "Requête trop lente",
        "The body did not arrive in time. Send it again on a better connection." | "Le corps n’est pas arrivé à temps. Renvoyez-le par une meilleure connexion.";
    /// The address has an account.
    EmailTaken = 409 "email_taken",
        "Address already registered" | "Adresse déjà inscrite",
        "An account with this address exists. Sign in, or recover its password." | "Un compte existe avec cette adresse. Connectez-vous, ou récupérez son mot de passe.";
    /// This account holds the value already.
    DuplicateValue = 409 "duplicate_value",
        "Value already stored" | "Valeur déjà enregistrée",
        "Another active key of this account holds this value. Use that one, or revoke it first." | "Une autre clé active de ce compte contient cette valeur. Utilisez-la, ou révoquez-la d’abord.";
    /// The name is taken in that environment.
    DuplicateName = 409 "duplicate_name",
        "Name already used" | "Nom déjà utilisé",
        "Another active key has this name in this environment. Choose another name, or revoke that key." | "Une autre clé active porte ce nom dans cet environnement. Choisissez un autre nom, ou révoquez cette clé.";
    /// The key was revoked too long ago to take that back.
    ReinstateTooLate = 409 "reinstate_too_late",
        "Too late to undo" | "Trop tard pour annuler",
        "This key was revoked more than ten minutes ago, and that can no longer be undone. Store or generate a new one; its name and value are free." | "Cette clé a été révoquée il y a plus de dix minutes : cela ne s’annule plus. Enregistrez ou générez-en une nouvelle ; son nom et sa valeur sont libres.";
    /// The idempotency key came with another body before.
    IdempotencyKeyReused = 409 "idempotency_key_reused",
        "Idempotency key already used" | "Clé d’idempotence déjà utilisée",
        "This Idempotency-Key came with another request in the last 24 hours. Use a new one." | "Cette Idempotency-Key a accompagné une autre requête dans les dernières 24 heures. Prenez-en une nouvelle.";
    /// Nobody would be left to administer.
    LastAdministrator = 409 "last_administrator",
        "Last administrator" | "Dernier administrateur",
        "This is the last administrator. Give the role to another account first." | "C’est le dernier administrateur. Donnez d’abord ce rôle à un autre compte.";
    /// The account has as many tokens for programs as it may have.
    TooManyTokens = 409 "too_many_tokens",
        "Too many tokens" | "Trop de jetons",
        "This account has 100 tokens for programs. Revoke one that is no longer used." | "Ce compte a 100 jetons pour programmes. Révoquez-en un qui ne sert plus.";
    /// The account is PRO already.
    AlreadyPro = 409 "already_pro",
        "Already PRO" | "Déjà PRO",
        "This account is PRO already. POST /api/billing/portal leads to where the subscription is changed." | "Ce compte est déjà PRO. POST /api/billing/portal mène là où l’abonnement se modifie.";
    /// A subscription waits for a payment.
    SubscriptionExists = 409 "subscription_exists",
        "A subscription waits for a payment" | "Un abonnement attend un paiement",
        "This account has a subscription that waits for a payment; a second one would be paid twice. POST /api/billing/portal leads to where it is paid or cancelled." | "Ce compte a un abonnement en attente de paiement ; un second serait payé deux fois. POST /api/billing/portal mène là où il se règle ou se résilie.";
    /// The account has no customer at Stripe.
    NoCustomer = 409 "no_customer",
        "No subscription yet" | "Pas encore d’abonnement",
        "This account never began a subscription, so there is nothing to manage. Begin with POST /api/billing/checkout." | "Ce compte n’a jamais commencé d’abonnement : il n’y a rien à gérer. Commencez par POST /api/billing/checkout.";
    /// PRO is paid for, so an administrator can not take it away here.
    SubscriptionActive = 409 "subscription_active",
        "PRO is paid for" | "PRO est payé",
        "The account pays for PRO. Cancel its subscription at Stripe; the plan follows by itself." | "Le compte paie pour PRO. Résiliez son abonnement chez Stripe ; la formule suivra d’elle-même.";
    /// The second factor is on already.
    MfaAlreadyOn = 409 "mfa_already_on",
        "Second factor already on" | "Second facteur déjà actif",
        "The second factor is on. Turn it off first to set up another one." | "Le second facteur est actif. Désactivez-le d’abord pour en mettre un autre en place.";
    /// There is no second factor, or none was begun.
    MfaNotOn = 409 "mfa_not_on",
        "No second factor" | "Pas de second facteur",
        "There is no second factor to do this with. Begin with POST /api/auth/mfa/totp." | "Il n’y a pas de second facteur pour cela. Commencez par POST /api/auth/mfa/totp.";
    /// The account is disabled, and gets no recovery mail.
    AccountDisabled = 409 "account_disabled",
        "Account disabled" | "Compte désactivé",
        "This account is disabled. Enable it first." | "Ce compte est désactivé. Réactivez-le d’abord.";
    /// The key was revoked; its value is not shown any more.
    KeyRevoked = 410 "key_revoked",
        "Key revoked" | "Clé révoquée",
        "This key was revoked and can not be revealed or changed. Create a new one." | "Cette clé a été révoquée : elle ne peut plus être affichée ni modifiée. Créez-en une nouvelle.";
    /// The `If-Match` header is out of date.
    PreconditionFailed = 412 "precondition_failed",
        "Changed in the meantime" | "Modifié entre-temps",
        "The key changed since you read it. Read it again and repeat your change." | "La clé a changé depuis votre lecture. Relisez-la et refaites votre modification.";
    /// The body is larger than the route takes.
    BodyTooLarge = 413 "body_too_large",
        "Body too large" | "Corps trop volumineux",
        "The body is larger than this address takes (64 KiB; 8 MiB for imports). Send less." | "Le corps dépasse ce que cette adresse accepte (64 Kio ; 8 Mio pour les imports). Envoyez-en moins.";
    /// The path is longer than any of ours.
    UriTooLong = 414 "uri_too_long",
        "Address too long" | "Adresse trop longue",
        "The address is longer than 8 KiB. Shorten the query." | "L’adresse dépasse 8 Kio. Raccourcissez la requête.";
    /// The body's type or encoding is not one we take.
    UnsupportedMediaType = 415 "unsupported_media_type",
        "Unsupported content type" | "Type de contenu non pris en charge",
        "Send the body as JSON, uncompressed, with “Content-Type: application/json”; imports also as text/plain or text/csv." | "Envoyez le corps en JSON, sans compression, avec « Content-Type: application/json » ; les imports aussi en text/plain ou text/csv.";
    /// The content is at fault; `errors` lists every fault.
    ValidationFailed = 422 "validation_failed",
        "Some fields need attention" | "Certains champs sont à revoir",
        "Mend the fields listed in “errors” and send the request again." | "Corrigez les champs listés dans « errors » et renvoyez la requête.";
    /// Lines of an import can not be stored, so that nothing was.
    ImportInvalid = 422 "import_invalid",
        "Some lines need attention" | "Certaines lignes sont à revoir",
        "Nothing was stored. Mend the lines that “lines” lists as invalid and send the file again, or store the others with skip_invalid=true." | "Rien n’a été enregistré. Corrigez les lignes que « lines » donne comme « invalid » et renvoyez le fichier, ou enregistrez les autres avec skip_invalid=true.";
    /// The values are more than one export may hold.
    ExportTooLarge = 422 "export_too_large",
        "Export too large" | "Export trop volumineux",
        "The values are more than 64 MiB together. Export one environment at a time." | "Les valeurs dépassent 64 Mio ensemble. Exportez un environnement à la fois.";
    /// There are fields that the route does not know.
    UnknownField = 422 "unknown_field",
        "Unknown field" | "Champ inconnu",
        "Remove the fields listed in “errors”: this address does not know them." | "Retirez les champs listés dans « errors » : cette adresse ne les connaît pas.";
    /// More requests than are allowed for a while.
    TooManyRequests = 429 "too_many_requests",
        "Too many requests" | "Trop de requêtes",
        "That was too often. Wait the seconds given in Retry-After, then try again." | "C’était trop souvent. Attendez les secondes données par Retry-After, puis réessayez.";
    /// Too many codes of the second factor were wrong.
    TooManyCodes = 429 "too_many_codes",
        "Too many wrong codes" | "Trop de codes faux",
        "Too many codes were wrong. Wait the seconds given in Retry-After, or use a recovery code." | "Trop de codes étaient faux. Attendez les secondes données par Retry-After, ou utilisez un code de récupération.";
    /// Something on our side broke.
    InternalError = 500 "internal_error",
        "Internal error" | "Erreur interne",
        "Something broke on our side; it is in the log under this request_id. Try again, then tell the operator." | "Quelque chose a échoué de notre côté ; c’est dans le journal sous ce request_id. Réessayez, puis prévenez l’exploitant.";
    /// Too much work for the moment.
    ServerBusy = 503 "server_busy",
        "Server busy" | "Serveur occupé",
        "Too much is under way at the moment. Try again after the seconds given in Retry-After." | "Trop de demandes sont en cours en ce moment. Réessayez après les secondes données par Retry-After.";
    /// The operator has not set billing up.
    BillingNotConfigured = 503 "billing_not_configured",
        "Billing is not set up" | "Facturation non configurée",
        "This server takes no payments, or not all of its settings are there. Everything else works; ask the operator to run `vault-api check`." | "Ce serveur n’accepte pas de paiement, ou il lui manque des réglages. Tout le reste fonctionne ; demandez à l’exploitant de lancer `vault-api check`.";
    /// Stripe does not answer.
    BillingUnavailable = 503 "billing_unavailable",
        "Stripe does not answer" | "Stripe ne répond pas",
        "Stripe could not be asked just now, and nothing was charged. Try again after the seconds given in Retry-After." | "Stripe n’a pas pu être consulté à l’instant, et rien n’a été débité. Réessayez après les secondes données par Retry-After.";
    /// A part that the server needs is away.
    Unavailable = 503 "unavailable",
        "Temporarily unavailable" | "Momentanément indisponible",
        "The vault can not reach a part that it needs. Try again after the seconds given in Retry-After; /ready says more." | "Le coffre ne peut pas joindre un élément dont il a besoin. Réessayez après les secondes données par Retry-After ; /ready en dit plus.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_word_and_both_languages() {
        let words: std::collections::HashSet<_> = Code::ALL.iter().map(|code| code.word()).collect();

        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.word().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert_ne!(code.detail(Language::English), code.detail(Language::French));
            assert!((400..600).contains(&code.status()));
        }
    }
}

//! The catalogue: each text in English | in French.

use super::Language;

macro_rules! texts {
    ($($name:ident = $english:literal | $french:literal;)+) => {
        /// A text; `say` and `fill` make words of it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Text { $($name),+ }

        impl Text {
            /// All of them.
            #[cfg(test)]
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The text, its blanks unfilled.
            pub fn say(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::English) => $english, (Self::$name, Language::French) => $french),+
                }
            }
        }
    };
}

texts! {
    // the machine
    Raw = "{0}" | "{0}";
    NoRandomness = "The system gives no random bytes." | "Le système ne donne pas d’octets aléatoires.";
    NoHome = "HOME is not set, so there is no place for the sign-in. Set HOME, or XDG_CONFIG_HOME and XDG_CACHE_HOME."
        | "HOME n’est pas définie : la connexion n’a pas de place. Définissez HOME, ou XDG_CONFIG_HOME et XDG_CACHE_HOME.";
    CanNotRead = "{0} can not be read: {1}" | "{0} n’est pas lisible : {1}";
    CanNotWrite = "{0} can not be written: {1}" | "{0} ne peut pas être écrit : {1}";
    CanNotWriteOutput = "The output can not be written: {0}" | "La sortie ne peut pas être écrite : {0}";
    CanNotEncrypt = "The values could not be encrypted." | "Les valeurs n’ont pas pu être chiffrées.";
    OthersMayRead = "Others may read {0}. Close it with: chmod 600 {0}"
        | "D’autres peuvent lire {0}. Fermez-le avec : chmod 600 {0}";
    LockIsNoFile = "{0} is no regular file. Delete it." | "{0} n’est pas un fichier ordinaire. Supprimez-le.";
    NoWords = "{0} is set, but empty or no text in UTF-8. Give it a value, or unset it." | "{0} est définie, mais vide ou pas en UTF-8. Donnez-lui une valeur, ou retirez-la.";

    // the command line
    ExtraArgument = "There is one argument too many. Values and tokens are never arguments: others could read them. Pipe them in, or type them at the prompt."
        | "Il y a un argument de trop. Les valeurs et les jetons ne sont jamais des arguments : d’autres pourraient les lire. Passez-les par l’entrée standard, ou tapez-les à l’invite.";
    UnknownOption = "There is no option {0}." | "Il n’y a pas d’option {0}.";
    UnknownCommand = "There is no command {0}." | "Il n’y a pas de commande {0}.";
    UnknownCommandUnsaid = "There is no such command; it is not repeated, as it may be a key. Keys are piped in or typed at the prompt." | "Cette commande n’existe pas ; elle n’est pas répétée, ce pourrait être une clé. Les clés passent par l’entrée standard ou l’invite.";
    UnknownOptionUnsaid = "There is no such option; it is not repeated, as it may be a key." | "Cette option n’existe pas ; elle n’est pas répétée, ce pourrait être une clé.";
    ValueInName = "A name has no = in it, and a value is never an argument. Write: vk {0} NAME (vk set asks for the value, or reads it from standard input)."
        | "Un nom ne contient pas de =, et une valeur n’est jamais un argument. Écrivez : vk {0} NOM (vk set demande la valeur, ou la lit sur l’entrée standard).";
    MissingCommand = "A command is missing." | "Il manque une commande.";
    MissingArgument = "This is missing: {0}" | "Il manque : {0}";
    NotTogether = "{0} and {1} do not go together." | "{0} et {1} ne vont pas ensemble.";
    WrongArgument = "{0} is not written as it should be." | "{0} n’est pas écrit comme il faut.";
    DidYouMean = "Did you mean {0}?" | "Vouliez-vous dire {0} ?";
    Usage = "Usage: {0}" | "Utilisation : {0}";
    SeeHelp = "See: vk help" | "Voir : vk help --lang fr";
    UnknownLanguage = "--lang takes en or fr." | "--lang prend en ou fr.";
    NoMoment = "{0} is no time. Write a span as 90d or 12h, a day as 2027-01-31, or RFC 3339."
        | "{0} n’est pas une date. Écrivez une durée comme 90d ou 12h, un jour comme 2027-01-31, ou RFC 3339.";
    NoSpan = "{0} is no span. Write a number and s, m, h, d or w, as 24h."
        | "{0} n’est pas une durée. Écrivez un nombre et s, m, h, d ou w, comme 24h.";
    NoRate = "{0} is no limit. Write a number and a span, as 100/60s."
        | "{0} n’est pas une limite. Écrivez un nombre et une durée, comme 100/60s.";

    // the terminal
    NoTerminal = "There is no terminal to ask at. Pipe the value in." | "Il n’y a pas de terminal où demander. Passez la valeur par l’entrée standard.";
    SayYes = "There is no terminal to ask at. Add --yes if you are sure." | "Il n’y a pas de terminal où demander. Ajoutez --yes si c’est bien ce que vous voulez.";
    Cancelled = "Nothing was done." | "Rien n’a été fait.";
    EmptySecret = "Nothing was given." | "Rien n’a été donné.";
    SecretTooLong = "That is longer than {0} KiB: no key is." | "C’est plus long que {0} Kio : aucune clé ne l’est.";
    SecretIsBinary = "That is no text in UTF-8. Encode binary values first, with base64 for instance."
        | "Ce n’est pas du texte en UTF-8. Encodez d’abord les valeurs binaires, par exemple en base64.";
    YesOrNo = "[y/N]" | "[o/N]";
    AskValue = "Value (not shown):" | "Valeur (non affichée) :";
    AskKey = "Key (not shown):" | "Clé (non affichée) :";
    AskToken = "Token (not shown):" | "Jeton (non affiché) :";
    AskPassword = "Password:" | "Mot de passe :";
    AskCode = "Code of the second factor:" | "Code du second facteur :";
    ConfirmYourself = "This needs a fresh sign-in: confirm that it is you." | "Cela demande une connexion récente : confirmez que c’est vous.";

    // the server
    NoAddress = "{0} is no address. Write it as https://vault.example.com" | "{0} n’est pas une adresse. Écrivez-la comme https://vault.example.com";
    NoBareAddress = "That is no plain address. Write it as https://vault.example.com, without user, password or query."
        | "Ce n’est pas une adresse simple. Écrivez-la comme https://vault.example.com, sans identifiant, mot de passe ni paramètres.";
    PlainHttp = "{0} is not encrypted: whoever listens would read the values. Use https://. If you accept it: vk login --insecure-http, or VK_INSECURE_HTTP=1 beside VK_URL."
        | "{0} n’est pas chiffré : qui écoute lirait les valeurs. Utilisez https://. Si vous l’acceptez : vk login --insecure-http, ou VK_INSECURE_HTTP=1 avec VK_URL.";
    Unreachable = "{0} does not answer: {1}\nCheck the address and the network." | "{0} ne répond pas : {1}\nVérifiez l’adresse et le réseau.";
    NoSuchHost = "{0}: there is no such host ({1}). Check the address and the network." | "{0} : cet hôte n’existe pas ({1}). Vérifiez l’adresse et le réseau.";
    TooSlow = "{0} answers too slowly: {1}. Try again later." | "{0} répond trop lentement : {1}. Réessayez plus tard.";
    BadTls = "{0} could not prove who it is: {1}\nNothing was sent. For a certificate authority of your own set SSL_CERT_FILE."
        | "{0} n’a pas pu prouver son identité : {1}\nRien n’a été envoyé. Pour votre propre autorité de certification, définissez SSL_CERT_FILE.";
    Redirected = "{0} redirects to {1}, and the sign-in is not sent along. Sign in with the address that answers itself: vk login --url …"
        | "{0} redirige vers {1}, et la connexion n’y est pas envoyée. Connectez-vous à l’adresse qui répond elle-même : vk login --url …";
    NoVault = "{0} answered {1}, and not as a Vault API does. Check the address." | "{0} a répondu {1}, et pas comme une Vault API. Vérifiez l’adresse.";
    NoJson = "The server’s answer can not be understood. Is this vk as old as the server?" | "La réponse du serveur est incompréhensible. Ce vk a-t-il l’âge du serveur ?";
    Refused = "{0}. {1}" | "{0}. {1}";
    Fault = "  {0}: {1}" | "  {0} : {1}";
    PlanUsed = "  {0} of {1} are in use." | "  {0} sur {1} sont utilisées.";
    ScopeHint = "A token that may: vk tokens create NAME --scope …" | "Un jeton qui le peut : vk tokens create NOM --scope …";
    InPersonAlone = "No token may do this, whatever its scopes. Sign in as a person: vk login, and unset VK_TOKEN." | "Aucun jeton ne le peut, quelles que soient ses portées. Connectez-vous en personne : vk login, et retirez VK_TOKEN.";

    // the sign-in
    NotSignedIn = "Nobody is signed in. Run vk login, or set VK_URL and VK_TOKEN." | "Aucune session n’est ouverte. Lancez vk login, ou définissez VK_URL et VK_TOKEN.";
    NobodySignedIn = "Nobody was signed in." | "Aucune session n’était ouverte.";
    SignInEnded = "{0} does not accept this sign-in or token any more. Run: vk login" | "{0} n’accepte plus cette connexion ou ce jeton. Lancez : vk login";
    SignedInElsewhere = "The sign-in is for {0}, and VK_URL says {1}. Run vk login --url {1}, or unset VK_URL."
        | "La connexion est pour {0}, et VK_URL dit {1}. Lancez vk login --url {1}, ou retirez VK_URL.";
    NoUrl = "VK_TOKEN is set, VK_URL is not. Set it to the server’s address." | "VK_TOKEN est définie, VK_URL non. Donnez-lui l’adresse du serveur.";
    NoToken = "That is no token: a token is one word, as vkt_…" | "Ce n’est pas un jeton : un jeton est un seul mot, comme vkt_…";
    TokenAsArgument = "A token in an argument can be read by others. Pipe it in (vk login --token < FILE), or type it at the prompt (vk login --token). If it was a real one, revoke it."
        | "Un jeton en argument peut être lu par d’autres. Passez-le par l’entrée standard (vk login --token < FICHIER), ou tapez-le à l’invite (vk login --token). Si c’en était un vrai, révoquez-le.";
    BrokenProfile = "{0} can not be understood. Delete it and run: vk login" | "{0} est incompréhensible. Supprimez-le et lancez : vk login";
    KeyringForgot = "The keyring has no sign-in of vk any more. Run: vk login" | "Le trousseau n’a plus de connexion de vk. Lancez : vk login";
    KeyringSilent = "The keyring does not answer. Unlock it, or sign in without it: VK_KEYRING=off vk login"
        | "Le trousseau ne répond pas. Déverrouillez-le, ou connectez-vous sans lui : VK_KEYRING=off vk login";
    KeyringOff = "The sign-in is in the keyring, and VK_KEYRING=off has it not asked. Unset it, or sign in anew: vk login" | "La connexion est dans le trousseau, et VK_KEYRING=off interdit de l’interroger. Retirez-la, ou reconnectez-vous : vk login";
    KeyringKeeps = "VK_KEYRING=off: the keyring was not asked, and keeps what it holds. Delete its entries of vk by hand." | "VK_KEYRING=off : le trousseau n’a pas été interrogé, et garde ce qu’il contient. Supprimez-y les entrées de vk.";
    BrokenDeleted = "{0} could not be used and was deleted. A session that was in it ends by itself." | "{0} était inutilisable et a été supprimé. Une session qui s’y trouvait finit d’elle-même.";
    FreshSignInNeeded = "This needs a fresh sign-in, and there is no terminal to ask at. Run vk login again, or use a token."
        | "Cela demande une connexion récente, et il n’y a pas de terminal où demander. Relancez vk login, ou utilisez un jeton.";
    OpenThis = "Open {0} and confirm this code: {1}" | "Ouvrez {0} et confirmez ce code : {1}";
    WaitingForBrowser = "Waiting for the browser" | "En attente du navigateur";
    NoBrowserSignIn = "{0} knows no sign-in with the browser. Make a token there and run: vk login --token"
        | "{0} ne connaît pas la connexion par navigateur. Créez-y un jeton et lancez : vk login --token";
    BrowserRefused = "The sign-in was refused in the browser." | "La connexion a été refusée dans le navigateur.";
    BrowserTooLate = "Nobody confirmed the code in time. Run vk login again." | "Personne n’a confirmé le code à temps. Relancez vk login.";
    SignedIn = "Signed in as {0} at {1}." | "Connexion réussie : {0}, sur {1}.";
    KeptInFile = "No keyring answered: the sign-in is in {0}, which you alone may read." | "Aucun trousseau n’a répondu : la connexion est dans {0}, que personne d’autre que vous ne peut lire.";
    SignedOut = "Signed out of {0}; nothing is kept on this machine." | "Session fermée sur {0} ; rien n’est gardé sur cette machine.";
    ServerNotTold = "{0} could not be told: its session stays open until it ends by itself. End it from another machine if this one was lost."
        | "{0} n’a pas pu être prévenu : sa session reste ouverte jusqu’à sa fin. Fermez-la d’une autre machine si celle-ci est perdue.";
    TokenLives = "The token itself still works. To end it: vk tokens revoke NAME" | "Le jeton lui-même fonctionne encore. Pour y mettre fin : vk tokens revoke NOM";
    Server = "Server" | "Serveur";
    Account = "Account" | "Compte";
    Role = "Role" | "Rôle";
    Plan = "Plan" | "Formule";
    SignIn = "Sign-in" | "Connexion";
    Kept = "Kept" | "Gardée";
    WithToken = "a token" | "un jeton";
    InPerson = "in person" | "en personne";
    InKeyring = "in the keyring" | "dans le trousseau";
    InFile = "in a file that you alone may read" | "dans un fichier que personne d’autre que vous ne peut lire";
    InEnvironment = "in VK_TOKEN" | "dans VK_TOKEN";

    // keys
    NoSuchKey = "There is no active key {0}. See: vk ls" | "Il n’y a pas de clé active {0}. Voir : vk ls";
    SeveralKeys = "There are several keys {0}, in: {1}. Choose with -e, or name the identifier."
        | "Il y a plusieurs clés {0}, dans : {1}. Choisissez avec -e, ou donnez l’identifiant.";
    NoKeys = "There are no such keys." | "Il n’y a pas de telles clés.";
    ExistsAlready = "{0} exists already. Add --update to store this as its new version." | "{0} existe déjà. Ajoutez --update pour en faire sa nouvelle version.";
    AskUpdate = "{0} exists already. Store a new version of it?" | "{0} existe déjà. En enregistrer une nouvelle version ?";
    Stored = "Stored {0}." | "{0} est enregistrée.";
    NewVersion = "Stored {0}, version {1}." | "{0} est enregistrée, version {1}.";
    Generated = "Made {0}. This is the only time its value is shown unasked:" | "{0} est créée. Sa valeur n’est affichée d’office que cette fois :";
    Rotated = "{0} has a new value, version {1}:" | "{0} a une nouvelle valeur, version {1} :";
    FormerUntil = "The former value verifies until {0} UTC. See: vk usage; to end it: vk rotate NAME --end-grace"
        | "L’ancienne valeur est acceptée jusqu’au {0} UTC. Voir : vk usage ; pour y mettre fin : vk rotate NOM --end-grace";
    GraceEnded = "The former value of {0} verifies no more." | "L’ancienne valeur de {0} n’est plus acceptée.";
    Restored = "{0} has its earlier value again, as version {1}." | "{0} a retrouvé sa valeur d’avant, en version {1}.";
    AskRevoke = "Revoke {0} ({1}) for good?" | "Révoquer {0} ({1}) pour de bon ?";
    KeyRevoked = "Revoked {0}." | "{0} est révoquée.";
    Name = "NAME" | "NOM";
    Environment = "ENVIRONMENT" | "ENVIRONNEMENT";
    Provider = "PROVIDER" | "FOURNISSEUR";
    Key = "KEY" | "CLÉ";
    Tags = "TAGS" | "ÉTIQUETTES";
    Expires = "EXPIRES" | "EXPIRE";
    LastUsed = "LAST USED" | "DERNIER USAGE";
    State = "STATE" | "ÉTAT";
    Scopes = "SCOPES" | "PORTÉES";
    AllowedIps = "ALLOWED FROM" | "PERMISE DEPUIS";
    RateLimit = "LIMIT" | "LIMITE";
    Note = "NOTE" | "NOTE";
    Version = "VERSION" | "VERSION";
    GraceEnds = "FORMER UNTIL" | "ANCIENNE JUSQU’À";
    Created = "CREATED" | "CRÉÉE";
    Identifier = "IDENTIFIER" | "IDENTIFIANT";
    Current = "current" | "actuelle";
    VerifiesUntil = "verifies until {0} UTC" | "acceptée jusqu’au {0} UTC";
    Revoked = "revoked" | "révoquée";
    Expired = "expired" | "expirée";
    Disabled = "disabled" | "désactivée";
    InGrace = "in grace" | "en transition";
    Now = "now" | "maintenant";
    Minute = "{0} minute" | "{0} minute";
    Minutes = "{0} minutes" | "{0} minutes";
    Hour = "{0} hour" | "{0} heure";
    Hours = "{0} hours" | "{0} heures";
    Day = "{0} day" | "{0} jour";
    Days = "{0} days" | "{0} jours";
    Ago = "{0} ago" | "il y a {0}";
    Ahead = "in {0}" | "dans {0}";

    // verify, usage, audit
    Valid = "valid" | "valable";
    NotValid = "not valid" | "non valable";
    VerdictMalformed = "not valid: it is mistyped or cut off" | "non valable : mal recopiée ou tronquée";
    VerdictUnknown = "not valid: no such key" | "non valable : clé inconnue";
    VerdictDisabled = "not valid: disabled" | "non valable : désactivée";
    VerdictRevoked = "not valid: revoked" | "non valable : révoquée";
    VerdictExpired = "not valid: expired" | "non valable : expirée";
    VerdictScope = "not valid for this scope" | "non valable pour cette portée";
    VerdictLimited = "used too often" | "utilisée trop souvent";
    VerdictIp = "not valid from this address" | "non valable depuis cette adresse";
    IsFormer = "This is a former value, of version {0}. It ends with its grace." | "C’est une ancienne valeur, de la version {0}. Elle finit avec sa transition.";
    TryAgainIn = "Try again in {0} s." | "Réessayez dans {0} s.";
    Date = "DAY" | "JOUR";
    Verifications = "VERIFIED" | "ACCEPTÉE";
    FormerVerifications = "FORMER VALUE" | "ANCIENNE VALEUR";
    Refusals = "REFUSED" | "REFUSÉE";
    Reveals = "SHOWN" | "AFFICHÉE";
    Sum = "ALL" | "TOTAL";
    NotUsed = "Not used in the last {0} days." | "Pas utilisée ces {0} derniers jours.";
    FormerLastUsed = "The former value was last used at {0} UTC." | "L’ancienne valeur a servi pour la dernière fois le {0} UTC.";
    FormerUnused = "The former value was not used since: its grace may end." | "L’ancienne valeur n’a plus servi : sa transition peut finir.";
    Time = "TIME (UTC)" | "HEURE (UTC)";
    Act = "ACT" | "ACTE";
    Object = "OBJECT" | "OBJET";
    Address = "ADDRESS" | "ADRESSE";
    Program = "PROGRAM" | "PROGRAMME";

    // import, export, tokens
    NoFile = "There is no file {0}." | "Il n’y a pas de fichier {0}.";
    IsFolder = "{0} is a folder. Name a file." | "{0} est un dossier. Donnez un fichier.";
    IsNoFile = "{0} is no regular file. To read from a pipe: vk import - < {0}" | "{0} n’est pas un fichier ordinaire. Pour lire un tube : vk import - < {0}";
    FileTooLarge = "{0} is larger than {1} MiB: the server takes no more. Split it." | "{0} dépasse {1} Mio : le serveur n’en prend pas plus. Divisez-le.";
    IsBinary = "{0} is no text in UTF-8. Save it as .env, JSON or CSV." | "{0} n’est pas du texte en UTF-8. Enregistrez-le en .env, JSON ou CSV.";
    IsEmpty = "There is nothing in {0}." | "Il n’y a rien dans {0}.";
    ImportInvalid = "Nothing was stored. Lines at fault: {0}. Mend them, or store the others with --skip-invalid."
        | "Rien n’a été enregistré. Lignes fautives : {0}. Corrigez-les, ou enregistrez les autres avec --skip-invalid.";
    NoSoundLine = "Nothing was stored: every line is at fault. Mend them and import again." | "Rien n’a été enregistré : toutes les lignes sont fautives. Corrigez-les et recommencez.";
    LinesLeftOut = "Lines at fault, left out: {0}." | "Lignes fautives, laissées de côté : {0}.";
    ImportSum = "{0} new, {1} changed, {2} the same, {3} at fault." | "{0} nouvelles, {1} changées, {2} identiques, {3} fautives.";
    AskImport = "Store {0} keys?" | "Enregistrer {0} clés ?";
    Imported = "Stored {0} new keys and {1} new values." | "{0} nouvelles clés et {1} nouvelles valeurs enregistrées.";
    Comparing = "Comparing" | "Comparaison";
    Storing = "Storing" | "Enregistrement";
    Line = "LINE" | "LIGNE";
    Remark = "REMARK" | "REMARQUE";
    New = "new" | "nouvelle";
    Changed = "changed" | "changée";
    Faulty = "at fault" | "fautive";
    FileExists = "{0} exists. Name another file, or add --force." | "{0} existe. Donnez un autre fichier, ou ajoutez --force.";
    OutputIsNoFile = "{0} is no regular file, and is not replaced. Name a file, or leave -o out to print." | "{0} n’est pas un fichier ordinaire, et n’est pas remplacé. Donnez un fichier, ou retirez -o pour afficher.";
    ExportLeftOut = "Keys that .env can not hold and that were left out: {0}. They are comments there; --format json has all." | "Clés que .env ne peut pas contenir, laissées de côté : {0}. Elles y sont en commentaire ; --format json a tout.";
    Exporting = "Exporting" | "Exportation";
    Exported = "All values are in {0} now, in clear. Delete it when it has served." | "Toutes les valeurs sont maintenant dans {0}, en clair. Supprimez-le après usage.";
    NoTokens = "There are no tokens." | "Il n’y a pas de jetons.";
    NoSuchToken = "There is no token {0}. See: vk tokens ls" | "Il n’y a pas de jeton {0}. Voir : vk tokens ls";
    SeveralTokens = "There are several tokens {0}. Name the identifier: vk tokens ls --json" | "Il y a plusieurs jetons {0}. Donnez l’identifiant : vk tokens ls --json";
    TokenMade = "Made the token {0}. It is shown this once:" | "Le jeton {0} est créé. Il n’est affiché que cette fois :";
    TokenRevoked = "Revoked the token {0}." | "Le jeton {0} est révoqué.";

    // run and its cache
    NoProgram = "A program is missing: vk run -- CMD" | "Il manque un programme : vk run -- CMD";
    NoSuchProgram = "{0}: there is no such program ({1})." | "{0} : ce programme n’existe pas ({1}).";
    CanNotRun = "{0} can not be run: {1}" | "{0} ne peut pas être lancé : {1}";
    TooMuchForProgram = "{0} can not be run: the values are too large for an environment ({1}). Choose some with --only."
        | "{0} ne peut pas être lancé : les valeurs sont trop grandes pour un environnement ({1}). Choisissez-en avec --only.";
    EmptyEnvironment = "There are no keys in {0}, so nothing was started. See: vk ls" | "Il n’y a pas de clés dans {0}, donc rien n’a été lancé. Voir : vk ls";
    EmptyVault = "There are no keys, so nothing was started. See: vk set, vk import" | "Il n’y a pas de clés, donc rien n’a été lancé. Voir : vk set, vk import";
    NoVariable = "No variable can be named after the key {0}. Rename it, or choose others with --only." | "Aucune variable ne peut porter le nom de la clé {0}. Renommez-la, ou choisissez-en d’autres avec --only.";
    Renamed = "vk: as variables: {0}" | "vk : en variables : {0}";
    SeveralValues = "{0} would have several values: {1}. Choose with -e or --only." | "{0} aurait plusieurs valeurs : {1}. Choisissez avec -e ou --only.";
    LeftOut = "{0} decides which code runs, so it is left out. Name it with --only to pass it on." | "{0} décide du code qui s’exécute, donc elle est laissée de côté. Nommez-la avec --only pour la passer.";
    NotUsable = "{0} is disabled or has expired, so it is left out." | "{0} est désactivée ou expirée, donc elle est laissée de côté.";
    OnlyMissing = "There are no such keys: {0}. Nothing was started." | "Il n’y a pas de telles clés : {0}. Rien n’a été lancé.";
    Restarting = "vk: a value changed; restarting." | "vk : une valeur a changé ; redémarrage.";
    CanNotWatch = "Signals can not be listened to: {0}{1}" | "Les signaux ne peuvent pas être écoutés : {0}{1}";
    WatchRefused = "The program goes on with the values it has. {0}" | "Le programme continue avec ses valeurs. {0}";
    WatchBlind = "Changes are not seen for the moment. {0}" | "Les changements ne sont pas vus pour le moment. {0}";
    UsingKept = "{0}\nUsing the values of {1} minutes ago." | "{0}\nUtilisation des valeurs d’il y a {1} minutes.";
    NotKept = "The values could not be kept for when there is no network. {0}" | "Les valeurs n’ont pas pu être gardées pour l’absence de réseau. {0}";
    NothingKept = "Nothing is kept for this server, account and environment. Run it once with the network." | "Rien n’est gardé pour ce serveur, ce compte et cet environnement. Lancez-le une fois avec le réseau.";
    CacheTooOld = "What was kept is older than --max-age, and was deleted. Run it once with the network." | "Ce qui était gardé dépasse --max-age, et a été supprimé. Lancez-le une fois avec le réseau.";
    BrokenCache = "What was kept can not be read, and was deleted. Run it once with the network." | "Ce qui était gardé est illisible, et a été supprimé. Lancez-le une fois avec le réseau.";
    CacheForgotten = "Access was refused: the values kept on this machine were deleted." | "Accès refusé : les valeurs gardées sur cette machine ont été supprimées.";
    CacheCleared = "The values kept on this machine were deleted." | "Les valeurs gardées sur cette machine ont été supprimées.";
    CacheEmpty = "Nothing was kept on this machine." | "Rien n’était gardé sur cette machine.";
    ExitCodes = "0    done\n1    something on this machine failed, or you said no\n2    the command was written wrongly\n3    not signed in, or refused\n4    not found\n5    the input is at fault; vk verify: the key is not valid\n6    the server or the network is away, or asks to wait\n126  vk run: the program can not be run\n127  vk run: there is no such program\n141  nobody reads the output\n\nvk run passes the program’s own code on, and 128 + n where signal n ended it."
        | "0    fait\n1    quelque chose a échoué sur cette machine, ou vous avez dit non\n2    la commande est mal écrite\n3    pas de session ouverte, ou accès refusé\n4    introuvable\n5    l’entrée est fautive ; vk verify : la clé n’est pas valable\n6    le serveur ou le réseau est absent, ou demande d’attendre\n126  vk run : le programme ne peut pas être lancé\n127  vk run : ce programme n’existe pas\n141  personne ne lit la sortie\n\nvk run transmet le code du programme, et 128 + n si le signal n l’a terminé.";
}

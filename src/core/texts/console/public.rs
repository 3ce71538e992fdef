//! The pages that anybody may read: the front page and the prices.

texts! {
    /// The front page.
    LandingTexts {
        title: "Your API keys, kept safe" | "Vos clés d’API, bien gardées",
        lede: "One vault for the keys of every service you use and for those you give out. Encrypted, masked, revoked in one click, with a trail where tampering shows." | "Un seul coffre pour les clés de tous vos services et pour celles que vous distribuez. Chiffrées, masquées, révoquées d’un clic, avec un journal où toute retouche se voit.",
        free: "Free to begin, no card." | "Gratuit pour commencer, sans carte.",
        kept_title: "Kept" | "Gardées",
        kept: "AES-256-GCM under a key of your account’s own. A value moved to another row does not decrypt." | "AES-256-GCM sous une clé propre à votre compte. Une valeur déplacée vers une autre ligne ne se déchiffre pas.",
        used_title: "Used" | "Utilisées",
        used: "Programs read them with tokens of their own, vk run puts them in an environment, your CI never sees a file." | "Vos programmes les lisent avec leurs propres jetons, vk run les met dans un environnement, votre CI ne voit jamais de fichier.",
        given_title: "Given out" | "Distribuées",
        given: "The vault makes keys for your customers, with scopes, limits and expiry, and answers in under a millisecond whether one is good." | "Le coffre fabrique des clés pour vos clients, avec portées, limites et échéance, et dit en moins d’une milliseconde si l’une est bonne.",
        turned_title: "Rotated" | "Renouvelées",
        turned: "A new value while the former one still works. You see when nobody uses it any more, and end it." | "Une nouvelle valeur pendant que l’ancienne sert encore. Vous voyez quand plus personne ne l’utilise, et vous y mettez fin.",
        watched_title: "Watched" | "Surveillées",
        watched: "Every reveal is written down before the value leaves. The trail is chained: a change shows." | "Chaque affichage est consigné avant que la valeur ne sorte. Le journal est chaîné : toute retouche se voit.",
        yours_title: "Yours" | "Chez vous",
        yours: "One binary, SQLite or PostgreSQL, on your own machine. Nothing calls home." | "Un seul binaire, SQLite ou PostgreSQL, sur votre machine. Rien n’appelle l’extérieur.",
        code_title: "From a terminal" | "Depuis un terminal",
        code_note: "The same vault by HTTP, by its command line, and here." | "Le même coffre par HTTP, en ligne de commande, et ici.",
        sample_bot: "Billing bot" | "Robot de facturation",
        sample_payments: "Payments" | "Paiements",
        sample_customer: "Customer 7" | "Client 7",
        sample_storage: "Storage" | "Stockage",
        sample: "A page of keys, masked" | "Une page de clés, masquées",
        sample_production: "production" | "production",
        sample_used: "used 4 min ago" | "utilisée il y a 4 min",
        sample_expires: "expires in 6 days" | "expire dans 6 jours",
        sample_never: "never used" | "jamais utilisée",
    }
}

texts! {
    /// The prices.
    PricingTexts {
        title: "Pricing" | "Tarifs",
        lede: "Plans limit how many keys you keep, never how safe they are." | "Les formules limitent le nombre de clés, jamais leur sécurité.",
        free_name: "FREE" | "FREE",
        free_for: "For one project" | "Pour un projet",
        free_price: "Free" | "Gratuit",
        free_keys_unlimited: "Unlimited keys on this server" | "Clés sans limite sur ce serveur",
        free_keys_limited: "active keys" | "clés actives",
        pro_name: "PRO" | "PRO",
        pro_for: "For all your services" | "Pour tous vos services",
        pro_price_unknown: "The price is shown before you pay." | "Le prix est indiqué avant tout paiement.",
        pro_all: "Everything in FREE" | "Tout ce que contient FREE",
        pro_keys: "Unlimited keys" | "Clés sans limite",
        both_encryption: "AES-256-GCM, masked by default" | "AES-256-GCM, masquées par défaut",
        both_tokens: "Tokens for programs, and vk" | "Jetons pour programmes, et vk",
        both_rotation: "Rotation with grace, versions" | "Renouvellement avec transition, versions",
        both_audit: "Audit trail that shows tampering" | "Journal qui révèle les retouches",
        both_factor: "Second factor, sessions" | "Second facteur, sessions",
        pro_portal: "Invoices and a customer portal" | "Factures et espace client",
        begin_free: "Start for free" | "Commencer gratuitement",
        begin_pro: "Go PRO" | "Passer à PRO",
        own_plan: "Your plan" | "Votre formule",
        unconfigured: "This server takes no payments: everything on it is free." | "Ce serveur n’encaisse aucun paiement : tout y est gratuit.",
        cancel: "Cancel whenever you like: you keep PRO until the period ends, and every key stays readable afterwards." | "Résiliez quand vous voulez : vous gardez PRO jusqu’à la fin de la période, et chaque clé reste lisible ensuite.",
    }
}

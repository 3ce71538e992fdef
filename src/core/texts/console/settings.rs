//! The page of settings, and the way out.

texts! {
    /// Name, address, language, appearance, deleting the account.
    SettingsTexts {
        title: "Settings" | "Réglages",
        lede: "Your account." | "Votre compte.",
        name_title: "Name" | "Nom",
        name: "What we call you" | "Comment nous vous appelons",
        save: "Save" | "Enregistrer",
        email_title: "Email address" | "Adresse e-mail",
        email_now: "Your address is" | "Votre adresse est",
        email_proved: "confirmed" | "confirmée",
        email_unproved: "not confirmed" | "non confirmée",
        email_lede: "A mail goes to the new address, and the change counts once you follow its link. The former address gets a way back for three days." | "Un message part à la nouvelle adresse, et le changement compte quand vous suivez son lien. L’ancienne adresse garde un moyen de revenir en arrière pendant trois jours.",
        email_new: "New address" | "Nouvelle adresse",
        password: "Password" | "Mot de passe",
        email_button: "Change the address" | "Changer l’adresse",
        language_title: "Language" | "Langue",
        language: "Language of the console and of your mails" | "Langue de la console et de vos messages",
        appearance: "Appearance" | "Apparence",
        appearance_lede: "Kept in this browser." | "Conservée dans ce navigateur.",
        delete_title: "Delete the account" | "Supprimer le compte",
        delete_lede: "For good, with everything in it." | "Pour de bon, avec tout ce qu’il contient.",
        delete_go: "Delete the account…" | "Supprimer le compte…",
        delete_what: "Gone at once, and nobody can bring it back:" | "Disparaît aussitôt, et personne ne peut le rétablir :",
        gone_key: "key with all its versions: the key that encrypts it is destroyed" | "clé avec toutes ses versions : la clé qui la chiffre est détruite",
        gone_keys: "keys with all their versions: the key that encrypts them is destroyed" | "clés avec toutes leurs versions : la clé qui les chiffre est détruite",
        gone_tokens: "Tokens for programs, and every session" | "Les jetons de vos programmes, et chaque session",
        gone_subscription: "Your PRO subscription: it ends now, and nothing is charged any more" | "Votre abonnement PRO : il prend fin maintenant, et plus rien n’est débité",
        stays: "The trail of what was done stays with whoever runs this server." | "Le journal de ce qui a été fait reste chez l’exploitant de ce serveur.",
        type_this: "Type {email} to confirm" | "Saisissez {email} pour confirmer",
        delete_button: "Delete it for good" | "Supprimer pour de bon",
        cancel: "Keep the account" | "Garder le compte",
        breadcrumb_here: "Deleting" | "Suppression",
    }
}

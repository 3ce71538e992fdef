//! Signing up and in, forgotten passwords, and what asks for a password in between.

texts! {
    /// Signing in, with its second step.
    SignInTexts {
        title: "Sign in" | "Se connecter",
        email: "Email" | "Adresse e-mail",
        password: "Password" | "Mot de passe",
        button: "Sign in" | "Se connecter",
        forgot: "Forgot your password?" | "Mot de passe oublié ?",
        no_account: "No account yet?" | "Pas encore de compte ?",
        create: "Create one" | "En créer un",
        ended: "Your session ended. Sign in, and go on with what you had typed." | "Votre session a pris fin. Connectez-vous, et reprenez ce que vous aviez saisi.",
        code_title: "Second factor" | "Second facteur",
        code: "Code" | "Code",
        code_hint: "Six digits of your authenticator app, or one of your recovery codes." | "Six chiffres de votre application d’authentification, ou l’un de vos codes de récupération.",
        code_button: "Confirm" | "Confirmer",
        code_back: "Start again" | "Recommencer",
        no_cookies: "Your browser did not send our cookie back, so this form can not be told from a forged one. Allow cookies for this site and try again." | "Votre navigateur n’a pas renvoyé notre cookie : ce formulaire ne se distingue pas d’un faux. Autorisez les cookies de ce site et réessayez.",
    }
}

texts! {
    /// Registering.
    SignUpTexts {
        title: "Create an account" | "Créer un compte",
        name: "Name (optional)" | "Nom (facultatif)",
        email: "Email" | "Adresse e-mail",
        password: "Password" | "Mot de passe",
        password_hint: "At least {least} characters, hard to guess: a few unrelated words do well." | "Au moins {least} caractères, difficiles à deviner : quelques mots sans lien conviennent bien.",
        button: "Create the account" | "Créer le compte",
        have_account: "Have an account already?" | "Déjà un compte ?",
        sign_in: "Sign in" | "Se connecter",
    }
}

texts! {
    /// A forgotten password.
    ForgotTexts {
        title: "Forgotten password" | "Mot de passe oublié",
        lede: "Tell us your address: a mail brings a link to choose a new password. It works once, for a quarter of an hour." | "Indiquez votre adresse : un message apporte un lien pour choisir un nouveau mot de passe. Il sert une fois, pendant un quart d’heure.",
        email: "Email" | "Adresse e-mail",
        button: "Send the link" | "Envoyer le lien",
        back: "Back to signing in" | "Retour à la connexion",
    }
}

texts! {
    /// An answer that comes by mail.
    CheckMailTexts {
        title: "Look into your mailbox" | "Consultez votre boîte de réception",
        lost: "Nothing there after a few minutes? Look in the spam folder, and check that the address above is the right one." | "Rien reçu après quelques minutes ? Regardez parmi les indésirables, et vérifiez que l’adresse ci-dessus est la bonne.",
        again: "Asked for once more. If several mails went there just now, no further one is sent: use the newest." | "Demande renouvelée. Si plusieurs messages y sont partis à l’instant, aucun autre ne part : suivez le plus récent.",
        send_again: "Send it again" | "Renvoyer le message",
        mend: "Correct the address" | "Corriger l’adresse",
        back: "Back to signing in" | "Retour à la connexion",
    }
}

texts! {
    /// A form that waits for a proof that its person is there.
    ConfirmTexts {
        title: "Confirm that it is you" | "Confirmez que c’est vous",
        lede: "It has been a while since you signed in, and this act asks for your password. It goes on right after." | "Votre connexion date un peu, et cet acte demande votre mot de passe. Il se poursuit juste après.",
        password: "Password" | "Mot de passe",
        code: "Code of the second factor" | "Code du second facteur",
        button: "Confirm and go on" | "Confirmer et continuer",
        cancel: "Cancel" | "Annuler",
    }
}

texts! {
    /// A form that was held up and goes on with a click.
    ResumeTexts {
        title: "Go on where you were" | "Reprendre où vous en étiez",
        lede: "You are signed in. What you had typed is still here and was not sent yet." | "Votre session est ouverte. Ce que vous aviez saisi est toujours là et n’a pas encore été envoyé.",
        button: "Send it now" | "Envoyer maintenant",
        cancel: "Forget it" | "Abandonner",
        not_sent: "Not sent" | "Non envoyé",
        of_another: "You are signed in as {who}. What was typed before does not come from this account: it was not sent, and is not shown here." | "La session ouverte est celle de {who}. Ce qui avait été saisi ne vient pas de ce compte : rien n’a été envoyé, et rien n’en est montré ici.",
    }
}

//! The page of security: second factor, password, sessions; and the page of an address that must be proved.

texts! {
    /// Second factor, password, sessions.
    SecurityTexts {
        title: "Security" | "Sécurité",
        lede: "Who gets into your vault, and how." | "Qui entre dans votre coffre, et comment.",
        factor: "Second factor" | "Second facteur",
        factor_on: "On" | "Activé",
        factor_off: "Off" | "Désactivé",
        factor_since: "since" | "depuis le",
        factor_why: "Signing in asks for a code from your phone as well. A stolen password alone opens nothing then." | "La connexion demande aussi un code de votre téléphone. Un mot de passe volé, à lui seul, n’ouvre alors plus rien.",
        factor_required: "This server asks you for a second factor before anything else." | "Ce serveur vous demande un second facteur avant toute autre chose.",
        factor_set_up: "Set it up" | "Le mettre en place",
        factor_turn_off: "Turn it off" | "Le désactiver",
        codes: "Recovery codes" | "Codes de récupération",
        code_left: "code left" | "code restant",
        codes_left: "codes left" | "codes restants",
        codes_few: "Make new ones before you run out." | "Créez-en de nouveaux avant d’en manquer.",
        codes_renew: "New codes" | "Nouveaux codes",
        codes_made_already: "New codes were made already, by this form or in another window, and shown once. They stay good. If you did not keep them, make new ones below." | "De nouveaux codes ont déjà été créés, par ce formulaire ou dans une autre fenêtre, et affichés une seule fois. Ils restent valables. Si vous ne les avez pas gardés, créez-en de nouveaux ci-dessous.",
        factor_on_already: "The second factor is on already, and its recovery codes were shown once. They stay good. If you did not keep them, make new ones below." | "Le second facteur est déjà activé, et ses codes de récupération ont été affichés une seule fois. Ils restent valables. Si vous ne les avez pas gardés, créez-en de nouveaux ci-dessous.",
        codes_renew_hint: "New codes make the old ones worthless." | "Les nouveaux codes annulent les anciens.",
        password: "Password" | "Mot de passe",
        password_lede: "Changing it ends all other sessions." | "Le changer met fin à toutes les autres sessions.",
        password_current: "Current password" | "Mot de passe actuel",
        password_new: "New password" | "Nouveau mot de passe",
        password_hint: "At least {least} characters, hard to guess: a few unrelated words do well." | "Au moins {least} caractères, difficiles à deviner : quelques mots sans lien conviennent bien.",
        password_button: "Change the password" | "Changer le mot de passe",
        sessions: "Sessions" | "Sessions",
        sessions_lede: "Where you are signed in. End what you do not know, then change the password." | "Là où votre compte est ouvert. Mettez fin à ce que vous ne reconnaissez pas, puis changez le mot de passe.",
        session_current: "This one" | "Celle-ci",
        session_device: "Program" | "Programme",
        session_ip: "Address" | "Adresse",
        session_since: "Since" | "Depuis",
        session_seen: "Last seen" | "Vue le",
        session_end: "End" | "Terminer",
        session_end_others: "End all others" | "Terminer toutes les autres",
        session_act: "Act" | "Action",
    }
}

texts! {
    /// Setting up the second factor, and the recovery codes.
    SecondFactorTexts {
        title: "Set up the second factor" | "Mettre en place le second facteur",
        unproved: "Confirm your address first, or a recovery by mail turns it off." | "Confirmez d’abord votre adresse, sinon une récupération par e-mail le désactivera.",
        scan_title: "1. Scan this picture" | "1. Scannez cette image",
        scan: "With an authenticator app on your phone: any of them will do." | "Avec une application d’authentification sur votre téléphone ; toutes conviennent.",
        picture: "QR code with the secret of the second factor" | "Code QR contenant le secret du second facteur",
        secret: "No camera? Type this secret into the app" | "Pas d’appareil photo ? Saisissez ce secret dans l’application",
        open_app: "Open it in an app on this device" | "L’ouvrir dans une application sur cet appareil",
        confirm_title: "2. Type the code that it shows" | "2. Saisissez le code affiché",
        code: "Code" | "Code",
        code_hint: "Six digits, new every thirty seconds." | "Six chiffres, renouvelés toutes les trente secondes.",
        again: "This page’s picture counts no more: a newer one was made since, here or in another window. Type the newest code of that one, or begin again." | "L’image de cette page ne compte plus : une plus récente a été créée depuis, ici ou dans une autre fenêtre. Saisissez le dernier code de celle-là, ou recommencez.",
        anew: "This picture is new: one that you scanned before counts no more. Delete its entry in the app, and scan this one." | "Cette image est nouvelle : une image scannée auparavant ne compte plus. Supprimez son entrée dans l’application, puis scannez celle-ci.",
        scan_again_title: "Is this the picture that you scanned?" | "Est-ce bien cette image que vous avez scannée ?",
        scan_again: "Its codes alone count. If you scanned another one, or none yet, scan this one, and delete the other’s entry in the app. If its codes keep failing, begin again with a new picture." | "Seuls ses codes comptent. Si vous en avez scanné une autre, ou aucune encore, scannez celle-ci et supprimez l’entrée de l’autre dans l’application. Si ses codes échouent toujours, recommencez avec une nouvelle image.",
        confirm_again_title: "Type the code again" | "Saisissez de nouveau le code",
        again_button: "Begin again" | "Recommencer",
        button: "Turn it on" | "Activer",
        cancel: "Not now" | "Plus tard",
        codes_title: "Your recovery codes" | "Vos codes de récupération",
        codes_on: "The second factor is on." | "Le second facteur est activé.",
        codes_lede: "Each of them opens your account once, when the phone is gone. They are shown this one time: keep them outside of this vault." | "Chacun ouvre votre compte une fois, le jour où le téléphone n’est plus là. Ils ne s’affichent que cette fois : gardez-les hors de ce coffre.",
        codes_account: "Account" | "Compte",
        codes_host: "Vault" | "Coffre",
        codes_day: "Made on" | "Créés le",
        codes_copy: "Copy all" | "Tout copier",
        codes_print: "Print" | "Imprimer",
        codes_file: "Download" | "Télécharger",
        codes_done: "I have saved them" | "Je les ai enregistrés",
        file_title: "Recovery codes of Vault API, each good for one sign-in" | "Codes de récupération de Vault API, chacun valable pour une connexion",
        file_name: "vault-api-recovery-codes.txt" | "codes-de-recuperation-vault-api.txt",
    }
}

texts! {
    /// An address that must be proved before anything else.
    ProveAddressTexts {
        title: "Confirm your address" | "Confirmez votre adresse",
        lede: "We sent a mail with a link to this address. Follow it, and the vault opens." | "Nous avons envoyé un message avec un lien à cette adresse. Suivez-le, et le coffre s’ouvre.",
        lost: "Nothing there? Look in the spam folder, or have it sent again: the newest link counts, for a day." | "Rien reçu ? Regardez parmi les indésirables, ou faites-le renvoyer : le lien le plus récent compte, pendant un jour.",
        go_on: "I have confirmed it" | "Je l’ai confirmée",
    }
}

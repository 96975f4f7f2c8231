import type { Translated } from '../words/words.ts';
import type { en } from './words.en.ts';

export type LoginWords = Translated<typeof en>;

export const fr: LoginWords = {
  title: 'Connexion',
  about: 'Veille sur les caméras. Dit ce qui se passe, jamais qui est là. Un humain décide.',
  token: 'Votre jeton',
  tokenHint:
    'Collez-le, ou déposez n’importe où sur cette page le fichier qui le contient. Il n’est pas affiché et ce navigateur ne le garde pas.',
  file: 'Choisir un fichier …',
  fileTaken: (name, length) => `Jeton lu dans ${name} : ${length} caractères`,
  fileTooLarge: (name) => `${name} est trop grand pour être un jeton.`,
  fileUnreadable: (name) => `${name} est illisible.`,
  forget: 'L’oublier',
  drop: 'Déposez le fichier pour utiliser son jeton',
  name: 'Votre nom',
  nameHint: 'Il figure dans chaque décision que vous prenez.',
  role: 'Vous travaillez comme',
  development: 'Développement',
  developmentHint:
    'Ce serveur croit chaque nom qu’on lui donne. Pour essayer seulement, jamais avec de vrais agents.',
  enter: 'Se connecter',
  entering: 'Connexion en cours …',
  needToken: 'Il faut un jeton : collez-le ou choisissez son fichier.',
  needName: 'Il faut un nom.',
  ended: {
    session_expired: 'Votre session a atteint sa durée maximale. Veuillez vous reconnecter.',
    session_idle: 'Vous avez été déconnecté après un moment sans activité.',
    session_over: 'Votre session est terminée. Veuillez vous reconnecter.',
    session_missing: 'Vous avez été déconnecté, ici ou dans une autre fenêtre. Veuillez vous reconnecter.',
    too_many_sessions:
      'Trop de personnes étaient connectées, et votre session était inactive depuis le plus longtemps.',
    shutting_down: 'La console a redémarré. Veuillez vous reconnecter.',
    csrf: 'Cette page n’était plus à jour. Veuillez vous reconnecter.',
  },
  refused: {
    credentials_missing: 'Le serveur demande un jeton.',
    credentials_invalid:
      'Ce jeton n’est pas valable ici. Vérifiez qu’il a été copié en entier, et rien d’autre.',
    credentials_expired: 'Ce jeton a expiré. Demandez-en un nouveau.',
    credentials_not_yet: 'Ce jeton n’est pas encore valable. Comparez l’heure de cet ordinateur.',
    credentials_revoked: 'Ce jeton a été révoqué. Adressez-vous à qui vous l’a remis.',
    habilitation_missing:
      'Aucune habilitation n’est enregistrée ici à votre nom. Adressez-vous à votre superviseur.',
    habilitation_not_yet: 'Votre habilitation n’a pas encore commencé.',
    habilitation_over: 'Votre habilitation a pris fin. Adressez-vous à votre superviseur.',
    wrong_role:
      'Cette identité n’est pas celle d’une personne : la console est pour agents, superviseurs et auditeurs.',
    outside_scope: 'Rien ici n’est dans votre périmètre : aucun site, ou aucun type d’événement.',
    too_many_attempts: 'Trop de tentatives depuis cette adresse. Attendez une minute, puis réessayez.',
    names_believed:
      'Ce serveur ne connaît pas de jetons. Rechargez la page pour vous connecter par votre nom.',
    name_not_believed: 'Un nom seul ne suffit pas ici. Rechargez la page pour vous connecter avec un jeton.',
    no_name: 'Ce nom ne convient pas : lettres, chiffres et espaces, 64 caractères au plus.',
    bad_role: 'Ce rôle n’existe pas.',
    server_away: 'Le serveur de la gare ne répond pas. Réessayez dans un instant.',
    no_answer: 'La console ne répond pas. Cet ordinateur est-il connecté ?',
    refused: 'Le serveur refuse cette connexion.',
  },
  other: (message, code) => `Cela n’a pas fonctionné : ${message} (${code})`,
};
